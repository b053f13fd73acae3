"""What reviewers do: queues, items, holds, answers."""

from collections.abc import Sequence
from typing import Any
from uuid import uuid4

from pydantic import AwareDatetime, Field

from handraise.client.steps import Answer, Request, Steps, ask, part, tell


class Worker(Answer):
    """Somebody who holds items just now."""

    name: str
    holds: int


class Queue(Answer):
    """How a queue stands."""

    queue: str
    project: str
    title: str
    depth: int
    leased: int
    oldest_age_seconds: float | None = None
    overdue: int
    next_free_at: AwareDatetime | None = None
    free: bool = False
    workers: list[Worker] = Field(default_factory=list)


class _Queues(Answer):
    queues: list[Queue]


class Item(Answer):
    """An event that waits for people, as far as its holder may see it."""

    id: int | str
    project: str
    event_id: str
    labels: list[str]
    queue: str = ""
    title: str = ""
    why: str = ""
    features: dict[str, Any] = Field(default_factory=dict)
    context: dict[str, Any] = Field(default_factory=dict)
    prediction: dict[str, float] | None = None
    deadline: AwareDatetime | None = None
    notes: list[str] = Field(default_factory=list)


class Lease(Answer):
    """A reviewer's hold on an item."""

    id: str
    token: str | int
    expires_at: AwareDatetime


class _Kept(Answer):
    lease: Lease


class Draft(Answer):
    """What had been answered before, and not sent."""

    label: str | None
    comment: str | None
    at: AwareDatetime


class Claim(Answer):
    """An item with the lease on it."""

    item: Item
    lease: Lease
    draft: Draft | None = None


class Claims(Answer):
    """Items to work on, or why there are none."""

    claims: list[Claim]
    empty_because: str | None = None
    next_free_at: AwareDatetime | None = None


class Made(Answer):
    """The decision that an answer led to."""

    project: str
    event_id: str
    revision: int
    label: str
    decided_by: str
    decided_at: AwareDatetime


class Decided(Claims):
    """What an answer led to (`decided`, `waiting` for others, `disagreed`), and the next items."""

    status: str = ""
    decision: Made | None = None
    undo_until: AwareDatetime | None = None


class Similar(Answer):
    """An event that people decided: how alike it is (1: in all), and by what it differs."""

    event_id: str
    label: str
    features: dict[str, Any]
    likeness: float
    differs: list[str]


class _Similar(Answer):
    similar: list[Similar]


class Alike(Answer):
    """Items that are alike to a held one, held too; and how many waiting ones were compared.

    `like` is the lease of that one.
    """

    like: str | None = None
    claims: list[Claim]
    looked_at: int


class _Escalated(Answer):
    queue: str


def queues() -> Steps[list[Queue]]:
    """How each queue stands that the caller sees."""
    return (yield from ask(_Queues, Request("GET", "/v1/queues"))).queues


def claim(
    queue: str, limit: int = 1, *, lease_seconds: int | None = None, key: str | None = None
) -> Steps[Claims]:
    """Take up to `limit` (1..50) items of a queue; with a `key` of one's own, also again."""
    body = {"limit": limit} | ({"lease_seconds": lease_seconds} if lease_seconds else {})
    return ask(Claims, Request("POST", f"/v1/queues/{part(queue)}/claims", body, key=key))


def heartbeat(claim: Claim) -> Steps[Lease]:
    """Hold an item for its full time from now on."""
    kept = yield from ask(_Kept, _of(claim, "heartbeat", repeatable=True))
    return kept.lease


def gather_alike(queue: str, held: Sequence[Claim], limit: int = 50) -> Steps[Alike]:
    """Hold up to `limit` (1..50) more items that are near-identical to a held one."""
    body = {"leases": [claim.lease.id for claim in held], "limit": limit}
    path = f"/v1/queues/{part(queue)}/alike"
    return ask(Alike, Request("POST", path, body, repeatable=True))


def similar(claim: Claim) -> Steps[list[Similar]]:
    """What people decided on the events most like the held one; none where it is to be unaided."""
    path = f"/v1/leases/{part(claim.lease.id)}/similar"
    return (yield from ask(_Similar, Request("GET", path))).similar


def release(claim: Claim) -> Steps[None]:
    """Give an item back for others to take."""
    return tell(_of(claim, "release", repeatable=True))


def skip(claim: Claim, reason: str | None = None) -> Steps[None]:
    """Leave an item to others; it is never shown to the caller again."""
    return tell(_of(claim, "skip", {"reason": reason}, key=str(uuid4())))


def escalate(claim: Claim, reason: str) -> Steps[str]:
    """Let a lead decide; the name of the queue in which the item waits now."""
    request = _of(claim, "escalate", {"reason": reason}, key=str(uuid4()))
    return (yield from ask(_Escalated, request)).queue


def keep_draft(
    claim: Claim, *, label: str | None = None, comment: str | None = None
) -> Steps[None]:
    """Keep what is answered so far; the next claim of the item brings it back."""
    path = f"/v1/leases/{part(claim.lease.id)}/draft"
    return tell(Request("PUT", path, {"label": label, "comment": comment}))


def decide(
    claim: Claim,
    label: str,
    *,
    comment: str | None = None,
    reason_code: str | None = None,
    seconds_spent: float | None = None,
    claim_next: int = 0,
) -> Steps[Decided]:
    """Answer a held item; saying it again is safe. Gives the next claims (0..50) as well."""
    said: dict[str, object] = {"label": label, "comment": comment, "reason_code": reason_code}
    said |= {"seconds_spent": seconds_spent, "claim_next": claim_next}
    body = {name: value for name, value in said.items() if value is not None}
    request = _of(claim, "decision", body, key=claim.lease.id)
    return ask(Decided, request)


def undo(item: int | str) -> Steps[Claim]:
    """Take one's own newest answer on an item back, and hold the item again."""
    return ask(Claim, Request("POST", f"/v1/items/{part(item)}/undo", key=str(uuid4())))


def _of(
    claim: Claim,
    act: str,
    body: object = None,
    *,
    key: str | None = None,
    repeatable: bool = False,
) -> Request:
    path = f"/v1/leases/{part(claim.lease.id)}/{act}"
    return Request("POST", path, body, key=key, repeatable=repeatable)
