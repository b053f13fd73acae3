"""Users, tokens, passwords, and the access log."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode, urljoin
from uuid import uuid4

from pydantic import AwareDatetime

from handraise.client.steps import Answer, Page, Request, Steps, ask, pages, part, tell


class Me(Answer):
    """Who is calling; `projects` is None for all."""

    name: str
    role: str
    projects: list[str] | None = None


class User(Me):
    """Somebody, or some system, with access."""

    disabled_at: AwareDatetime | None = None


class _Users(Page):
    users: list[User]


class Token(Answer):
    """A new token; a login token comes with the link that spends it."""

    token: str
    prefix: str = ""
    login_url: str | None = None

    def link(self, base: str) -> str:
        """The absolute address that signs its holder in, once."""
        path = self.login_url or f"/login?{urlencode({'token': self.token})}"
        return urljoin(f"{base}/", path)


class KeptToken(Answer):
    """What is known of a token: all but its secret."""

    prefix: str
    user: str
    description: str
    state: str
    created_at: AwareDatetime
    created_by: str
    expires_at: AwareDatetime
    last_used_at: AwareDatetime | None


class _Tokens(Page):
    tokens: list[KeptToken]


class _Ended(Answer):
    ended: int


class Act(Answer):
    """Who did what about users, tokens and sessions."""

    id: int
    at: AwareDatetime
    actor: str
    act: str
    subject: str
    detail: dict[str, Any]


class AccessLog(Page):
    """A part of the access log, newest first."""

    entries: list[Act]


def me() -> Steps[Me]:
    """Who is calling."""
    return ask(Me, Request("GET", "/v1/users/me"))


def users() -> Steps[list[User]]:
    """All users by name, disabled ones too."""
    found = yield from pages(_Users, "/v1/users")
    return [user for page in found for user in page.users]


def user(name: str) -> Steps[User]:
    """One user."""
    return ask(User, Request("GET", _of(name)))


def add_user(name: str, role: str, projects: Sequence[str] | None = None) -> Steps[None]:
    """Add a user, or bring one to this role and these projects (None: all)."""
    scope = None if projects is None else list(projects)
    body = {"name": name, "role": role, "projects": scope}
    return tell(Request("POST", "/v1/users", body, repeatable=True))


def change_user(name: str, **changes: str | list[str] | None) -> Steps[User]:
    """Give a user another `role`, or other `projects` (None: all)."""
    return ask(User, Request("PATCH", _of(name), changes))


def disable_user(name: str) -> Steps[None]:
    """Let a user in no more; tokens and sessions end at once."""
    return tell(Request("DELETE", _of(name)))


def set_password(name: str, password: str) -> Steps[None]:
    """Give a user a first password, or another; the user's sessions end."""
    return tell(Request("PUT", f"{_of(name)}/password", {"password": password}))


def change_password(old: str, new: str) -> Steps[None]:
    """Change one's own password; all one's sessions end."""
    return tell(Request("PUT", "/v1/users/me/password", {"old": old, "new": new}))


def end_sessions(name: str) -> Steps[int]:
    """Log a user out everywhere; how many sessions and links ended."""
    return (yield from ask(_Ended, Request("DELETE", f"{_of(name)}/sessions"))).ended


def create_token(
    user: str, *, kind: str = "api", days: int | None = None, description: str = ""
) -> Steps[Token]:
    """Create a token of a user; `kind` is `api` or `login`."""
    body: dict[str, object] = {"kind": kind, "description": description}
    if days is not None:
        body["ttl_seconds"] = days * 86_400
    return ask(Token, Request("POST", f"{_of(user)}/tokens", body, key=str(uuid4())))


def tokens(user: str | None = None) -> Steps[list[KeptToken]]:
    """API tokens of a user or of everybody, newest first."""
    found = yield from pages(_Tokens, "/v1/tokens", {"user": user} if user else {})
    return [token for page in found for token in page.tokens]


def rotate_token(prefix: str, *, overlap_seconds: int = 86_400) -> Steps[Token]:
    """Create a token's successor; the old one still works for so long."""
    path, body = f"/v1/tokens/{part(prefix)}/rotate", {"overlap_seconds": overlap_seconds}
    return ask(Token, Request("POST", path, body, key=str(uuid4())))


def revoke_token(prefix: str) -> Steps[None]:
    """End a token at once."""
    return tell(Request("DELETE", f"/v1/tokens/{part(prefix)}"))


def access_log(*, limit: int = 50, cursor: str | None = None) -> Steps[AccessLog]:
    """Who did what about users, tokens and sessions, newest first."""
    query = {"limit": str(limit)} | ({"cursor": cursor} if cursor else {})
    return ask(AccessLog, Request("GET", "/v1/access-log", query=query))


def _of(user: str) -> str:
    return f"/v1/users/{part(user)}"
