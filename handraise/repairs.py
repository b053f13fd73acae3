"""The operations of review on what is missing; see `client.py` for the others."""

from collections.abc import Iterator
from datetime import datetime

from pydantic import AwareDatetime, BaseModel, ConfigDict

from handraise.transport import ApiError, Connection, Unreachable

_OLDER = 404


class Gap(BaseModel):
    """So many facts of a project lack what should follow from them."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    project: str
    kind: str
    found: int
    repaired: int
    cure: str


class Gaps(BaseModel):
    """What is missing; `redis` is known, restarted, lost, or None if it does not answer."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    redis: str | None
    gaps: list[Gap]


class Republished(BaseModel):
    """From when on everything is sent again, and how many entries are gone through."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    since: AwareDatetime
    entries: int


def look(connection: Connection) -> Gaps:
    """What is missing; nothing is changed."""
    return connection.call(Gaps, "GET", "/v1/gaps")


def repair(connection: Connection) -> Gaps:
    """Look now, and let what is missing follow."""
    return connection.call(Gaps, "POST", "/v1/repair")


def republish(
    connection: Connection, *, since: datetime | None, minutes: int | None
) -> Republished:
    """Send everything since a time, or of so many minutes, again."""
    body = {"since": since.isoformat()} if since else {"minutes": minutes}
    return connection.call(Republished, "POST", "/v1/republish", body)


def told(connection: Connection, *, mend: bool) -> Iterator[tuple[str, bool, str, str]]:
    """Gaps for people, as (check, good, found, cure)."""
    try:
        found = repair(connection) if mend else look(connection)
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
