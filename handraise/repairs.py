"""What `handraise doctor` says of what is missing."""

from collections.abc import Iterator

from handraise.client import ApiError, Client, Unreachable

_OLDER = 404


def told(client: Client, *, mend: bool) -> Iterator[tuple[str, bool, str, str]]:
    """Gaps for people, as (check, good, found, cure)."""
    try:
        found = client.repair() if mend else client.gaps()
    except Unreachable:
        return  # another check says so
    except ApiError as error:
        if error.status != _OLDER:
            yield "gaps", False, str(error), "use the token of a user with the role ops"
        return
    if found.redis in {"lost", "restarted"}:
        cure = "it is given again what it may lack; see that its append-only file is on"
        yield "redis data", False, found.redis, cure
    for gap in found.gaps:
        repaired = f", {gap.repaired} sent again or repaired" if gap.repaired else ""
        yield f"gaps of {gap.project}", False, f"{gap.found} {gap.kind}{repaired}", gap.cure
    if not found.gaps:
        yield "gaps", True, "nothing is missing", ""
