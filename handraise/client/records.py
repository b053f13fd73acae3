"""What was decided and why, and what is sent to be decided."""

from collections.abc import Sequence
from typing import Any
from uuid import uuid4

from pydantic import AwareDatetime

from handraise.client.certificates import Promised
from handraise.client.steps import Answer, Page, Request, Steps, ask, part, tell
from shared.events import PredictionMade, ScoringRequested

MAX_EVENTS = 1000


class Decision(Answer):
    """A decision with its place in the ledger; an amendment has a higher revision."""

    sequence: int
    event_id: str
    revision: int
    label: str
    decided_by: str
    decided_at: AwareDatetime


class Decisions(Page):
    """A part of the decisions of a project."""

    decisions: list[Decision]


class Entry(Answer):
    """One entry of the ledger."""

    sequence: int
    kind: str
    at: AwareDatetime
    body: dict[str, Any]


class Record(Answer):
    """All that is recorded of an event, oldest first."""

    project: str
    event_id: str
    entries: list[Entry]


class Appealed(Answer):
    """An appeal that was taken, and the queue in which it waits for a lead."""

    appeal: int
    queue: str


class Deciders(Answer):
    """Final decisions by who took them."""

    model: int = 0
    reviewers: int = 0
    fallback: int = 0


class Capacity(Answer):
    """What waits beside what people can answer; over it, `when_over` says what happens."""

    answers_an_hour: float
    hours: float
    when_over: str
    waiting: int
    most_waiting: int
    over: bool


class Report(Answer):
    """How a project stands; `capacity` only where the policy declares one."""

    project: str
    events: int
    auto: int
    waiting: int
    leased: int
    decisions: Deciders
    corrections: int
    automation_rate: float | None = None
    capacity: Capacity | None = None
    certificates: Promised | None = None


def send(project: str, events: Sequence[ScoringRequested]) -> Steps[None]:
    """Send 1 to 1000 events to be decided; sending one again changes nothing."""
    return tell(_sending(project, "requests", events))


def send_predictions(project: str, events: Sequence[PredictionMade]) -> Steps[None]:
    """Send 1 to 1000 predictions of a model of one's own; again, it changes nothing."""
    return tell(_sending(project, "predictions", events))


def decisions(
    project: str,
    *,
    after: int | None = None,
    decided_by: str | None = None,
    limit: int = 50,
    cursor: str | None = None,
) -> Steps[Decisions]:
    """Decisions, newest first; with `after`, a `sequence`, what came after it, oldest first."""
    given = {"after": after, "decided_by": decided_by, "limit": limit, "cursor": cursor}
    query = {name: str(value) for name, value in given.items() if value is not None}
    return ask(Decisions, Request("GET", f"/v1/decisions/{part(project)}", query=query))


def record(project: str, event_id: str) -> Steps[Record]:
    """The whole record of an event: why it was routed so, who answered, what was decided."""
    return ask(Record, Request("GET", f"/v1/decisions/{part(project)}/{part(event_id)}"))


def appeal(project: str, event_id: str, reason: str) -> Steps[Appealed]:
    """Contest a decision: a lead who has not answered it looks again."""
    path = f"/v1/decisions/{part(project)}/{part(event_id)}/appeal"
    return ask(Appealed, Request("POST", path, {"reason": reason}, key=str(uuid4())))


def report(project: str) -> Steps[Report]:
    """How a project stands."""
    return ask(Report, Request("GET", f"/v1/reports/{part(project)}"))


def _sending(
    project: str, what: str, events: Sequence[ScoringRequested] | Sequence[PredictionMade]
) -> Request:
    body = {"events": [event.model_dump(mode="json", exclude_unset=True) for event in events]}
    return Request("POST", f"/v1/projects/{part(project)}/{what}", body, repeatable=True)
