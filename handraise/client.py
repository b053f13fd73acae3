"""The HTTP API as Python: one method an operation, errors as readable sentences."""

import hashlib
from base64 import b64decode
from collections.abc import Mapping, Sequence
from typing import Literal
from urllib.parse import urlencode

from pydantic import AwareDatetime, BaseModel, ConfigDict

from handraise.people_calls import KeptToken, PeopleCalls, Token, User
from handraise.transport import ApiError, Unreachable, part
from shared.events import ScoringRequested
from shared.project import Project

__all__ = [
    "MAX_EVENTS",
    "ApiError",
    "Claim",
    "Claims",
    "Client",
    "DeadLetter",
    "DeadLetterKind",
    "DeadLetters",
    "Deciders",
    "Item",
    "KeptToken",
    "Lease",
    "ModelVersion",
    "ProjectState",
    "Report",
    "Token",
    "Unreachable",
    "User",
]

MAX_EVENTS = 1000


class _Answer(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class ProjectState(_Answer):
    """A project and whether it may decide alone."""

    configuration: Project
    policy_version: int
    automation: str


class _Projects(_Answer):
    projects: list[ProjectState]


class Item(_Answer):
    """An event that waits for people."""

    id: str | int
    project: str
    event_id: str
    labels: list[str]


class Lease(_Answer):
    """A reviewer's hold on an item."""

    id: str
    token: str | int
    expires_at: AwareDatetime


class Claim(_Answer):
    """An item with the lease on it."""

    item: Item
    lease: Lease


class Claims(_Answer):
    """Items to work on, or why there are none."""

    claims: list[Claim]
    empty_because: str | None = None
    next_free_at: AwareDatetime | None = None


class Deciders(_Answer):
    """Final decisions by who took them."""

    model: int = 0
    reviewers: int = 0


class Report(_Answer):
    """How a project stands."""

    project: str
    events: int
    auto: int
    waiting: int
    leased: int
    decisions: Deciders
    corrections: int
    automation_rate: float | None = None


class ModelVersion(_Answer):
    """One model version of a project."""

    version: int
    sha256: str
    learned_up_to: int
    metrics: dict[str, float]
    reason: str
    actor: str
    at: AwareDatetime


class _Models(_Answer):
    versions: list[ModelVersion]
    next_cursor: str | None = None


class DeadLetter(_Answer):
    """An entry that could not be processed; `size` is that of the original in bytes."""

    id: int
    project: str
    stream: str
    entry_id: str
    reason: str
    message: str
    attempts: int
    size: int
    at: AwareDatetime
    state: str
    settled_by: str | None
    settled_at: AwareDatetime | None
    settle_reason: str | None
    cure: str


class Original(_Answer):
    """The bytes that were refused, as text or in base64."""

    encoding: Literal["text", "base64"]
    content: str

    @property
    def bytes(self) -> bytes:
        """The original, byte for byte."""
        return self.content.encode() if self.encoding == "text" else b64decode(self.content)


class ShownDeadLetter(DeadLetter):
    """A dead letter with its original."""

    retriable: bool
    original: Original


class DeadLetterKind(_Answer):
    """How many dead letters of a kind wait, and what to do about them."""

    project: str
    reason: str
    count: int
    cure: str


class DeadLetters(_Answer):
    """Dead letters, newest first, and how many wait in all."""

    dead_letters: list[DeadLetter]
    next_before: int | None
    waiting: list[DeadLetterKind]


class Retried(_Answer):
    """How many went back, and how many cannot."""

    retried: int
    refused: int


class _Dropped(_Answer):
    dropped: int


class Client(PeopleCalls):
    """The operations of the review service; use it as a context manager."""

    def projects(self) -> list[ProjectState]:
        """All projects."""
        return self.call(_Projects, "GET", "/v1/projects").projects

    def project(self, name: str) -> ProjectState:
        """One project."""
        return self.call(ProjectState, "GET", f"/v1/projects/{part(name)}")

    def apply(self, project: Project) -> ProjectState:
        """Put a project file into force."""
        path = f"/v1/projects/{part(project.name)}"
        return self.call(ProjectState, "PUT", path, project.model_dump(mode="json"))

    def switch(self, project: str, action: str, reason: str) -> ProjectState:
        """Stop or resume automatic decisions; `action` is `stop` or `resume`."""
        path = f"/v1/projects/{part(project)}/{action}"
        return self.call(ProjectState, "POST", path, {"reason": reason})

    def send(self, project: str, events: Sequence[ScoringRequested]) -> None:
        """Send 1 to 1000 events; sending one again changes nothing."""
        body = {"events": [e.model_dump(mode="json", exclude_unset=True) for e in events]}
        ids = "\n".join(event.event_id for event in events)
        once = {"Idempotency-Key": hashlib.sha256(ids.encode()).hexdigest()}
        self.request("POST", f"/v1/projects/{part(project)}/requests", body, once)

    def claim(self, queue: str, limit: int) -> Claims:
        """Take up to `limit` (1..50) items of a queue."""
        return self.call(Claims, "POST", f"/v1/queues/{part(queue)}/claims", {"limit": limit})

    def decide(
        self, claim: Claim, label: str, *, seconds_spent: float, claim_next: int = 0
    ) -> Claims:
        """Answer a claimed item; saying it again is safe. Gives the next claims (0..50)."""
        body = {"label": label, "seconds_spent": seconds_spent, "claim_next": claim_next}
        path = f"/v1/leases/{part(claim.lease.id)}/decision"
        return self.call(Claims, "POST", path, body, {"Idempotency-Key": claim.lease.id})

    def release(self, claim: Claim) -> None:
        """Give a claimed item back for others to take."""
        self.request("POST", f"/v1/leases/{part(claim.lease.id)}/release")

    def report(self, project: str) -> Report:
        """How a project stands."""
        return self.call(Report, "GET", f"/v1/reports/{part(project)}")

    def models(self, project: str) -> list[ModelVersion]:
        """Model versions, newest first."""
        pages = self.pages(_Models, f"/v1/models/{part(project)}")
        return [version for page in pages for version in page.versions]

    def dead_letters(
        self, wanted: Mapping[str, str], *, limit: int = 50, before: int | None = None
    ) -> DeadLetters:
        """Dead letters, newest first; `wanted` may name project, reason, stream and state."""
        older = {"before": before} if before else {}
        query = urlencode({**wanted, "limit": limit, **older})
        return self.call(DeadLetters, "GET", f"/v1/dead-letters?{query}")

    def dead_letter(self, identity: int) -> ShownDeadLetter:
        """One dead letter with its original."""
        return self.call(ShownDeadLetter, "GET", f"/v1/dead-letters/{identity}")

    def retry_dead_letter(self, identity: int) -> DeadLetter:
        """Put an original back on its stream; a letter is retried once."""
        return self.call(DeadLetter, "POST", f"/v1/dead-letters/{identity}/retry")

    def retry_dead_letters(self, wanted: Mapping[str, str]) -> Retried:
        """Put all waiting originals of a kind back on their streams."""
        return self.call(Retried, "POST", "/v1/dead-letters/retry", dict(wanted))

    def drop_dead_letter(self, identity: int, reason: str) -> DeadLetter:
        """Settle a dead letter without sending anything."""
        path = f"/v1/dead-letters/{identity}/drop"
        return self.call(DeadLetter, "POST", path, {"reason": reason})

    def drop_dead_letters(self, wanted: Mapping[str, str], reason: str) -> int:
        """Settle all waiting dead letters of a kind without sending anything; how many."""
        body = {"filter": dict(wanted), "reason": reason}
        return self.call(_Dropped, "POST", "/v1/dead-letters/drop", body).dropped
