"""docs/reference/access.md: which role grants what."""

from docs.generator.markdown import code, page, table
from services.review.api.caller import PUBLIC
from services.review.domain.access import MEANINGS, Permission, Role, User

_INTRODUCTION = (
    "A user has one role, and projects: all, or those named. What a route asks for and who may "
    "call it, found out by calling it, is in [HTTP](http.md). Of a project that is not one's own, "
    "everything looks as if absent."
)


def access_page() -> str:
    """Roles and permissions, and what needs none."""
    heads = ["may", *(role.value for role in Role)]
    rows = [
        [MEANINGS[permission], *("yes" if _may(role, permission) else "" for role in Role)]
        for permission in Permission
    ]
    public = [[code(path), why] for path, why in PUBLIC.items()]
    return page(
        "Access",
        _INTRODUCTION,
        table(heads, rows),
        "## Without a token",
        table(["path", "why"], public),
    )


def _may(role: Role, permission: Permission) -> bool:
    return User("", role).may(permission)
