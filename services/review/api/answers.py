"""What the API gives: bodies of answers."""

from datetime import datetime
from typing import Any, Literal, Self

from pydantic import BaseModel

from services.review.api.certificate_answers import PromisedAnswer
from services.review.api.cursors import NextCursor
from services.review.api.model_answers import ModelAnswer
from services.review.domain.capacity import Load
from services.review.domain.ledger import Entry, Kind
from services.review.ports import ProjectState
from services.review.use_cases.queues import Queue
from shared.events import DecidedBy
from shared.project import Project, WhenOver


class Accepted(BaseModel):
    """How many events were accepted."""

    accepted: int


class ProjectAnswer(BaseModel):
    """A project in force."""

    configuration: Project
    policy_version: int
    automation: Literal["running", "stopped"]

    @classmethod
    def of(cls, state: ProjectState) -> Self:
        """From the state of a project."""
        return cls(
            configuration=state.configuration,
            policy_version=state.policy_version,
            automation="stopped" if state.stopped else "running",
        )


class ProjectsAnswer(BaseModel):
    """All projects."""

    projects: list[ProjectAnswer]


class WorkerAnswer(BaseModel):
    """Somebody who holds items of a queue just now."""

    name: str
    holds: int


class QueueAnswer(BaseModel):
    """How a queue stands; who works there is told to those who lead or operate."""

    queue: str
    project: str
    title: str
    depth: int
    leased: int
    oldest_age_seconds: float | None
    overdue: int
    next_free_at: datetime | None
    free: bool
    workers: list[WorkerAnswer]

    @classmethod
    def of(cls, queue: Queue, now: datetime) -> Self:
        """From the state of a queue."""
        state, project = queue.state, queue.project.configuration
        return cls(
            queue=state.queue,
            project=project.name,
            title=project.title,
            depth=state.depth,
            leased=state.leased,
            oldest_age_seconds=(now - state.oldest_at).total_seconds() if state.oldest_at else None,
            overdue=state.overdue,
            next_free_at=state.next_free_at,
            free=state.free,
            workers=[WorkerAnswer(name=n, holds=h) for n, h in queue.workers.items()],
        )


class QueuesAnswer(BaseModel):
    """The queues that the caller sees."""

    queues: list[QueueAnswer]


class AppealAnswer(BaseModel):
    """An appeal that was taken."""

    project: str
    event_id: str
    appeal: int
    queue: str


class RevokedAnswer(BaseModel):
    """How many answers were taken back, and how many events are decided again."""

    answers: int
    reopened: int


class EntryAnswer(BaseModel):
    """One entry of the ledger."""

    sequence: int
    kind: Kind
    at: datetime
    body: dict[str, Any]


class RecordAnswer(BaseModel):
    """All that is recorded of an event."""

    project: str
    event_id: str
    entries: list[EntryAnswer]


class Audits(BaseModel):
    """Random checks of sure cases."""

    drawn: int
    answered: int
    wrong: int


class CapacityAnswer(BaseModel):
    """What waits beside what people can answer, and what happens with more than that.

    Attributes:
        waiting: events that wait without any decision.
        most_waiting: how many may: `answers_an_hour` times `hours` of the policy.
        over: whether more wait, so that `when_over` is active.
    """

    answers_an_hour: float
    hours: float
    when_over: WhenOver
    waiting: int
    most_waiting: int
    over: bool

    @classmethod
    def of(cls, load: Load) -> Self:
        """From the load of a project."""
        capacity = load.capacity
        return cls(
            answers_an_hour=capacity.answers_an_hour,
            hours=capacity.hours,
            when_over=capacity.when_over,
            waiting=load.waiting,
            most_waiting=capacity.most_waiting,
            over=load.is_over,
        )


class ReportAnswer(BaseModel):
    """How a project stands; `capacity` only where the policy declares one."""

    project: str
    events: int
    auto: int
    waiting: int
    leased: int
    decisions: dict[DecidedBy, int]
    corrections: int
    confirmed: int
    corrected: int
    audits: Audits
    automation_rate: float
    capacity: CapacityAnswer | None
    certificates: PromisedAnswer
    model: ModelAnswer | None


class ListedDecision(BaseModel):
    """A decision, with its place in the ledger; an amendment has a higher revision."""

    sequence: int
    event_id: str
    revision: int
    label: str
    decided_by: DecidedBy
    decided_at: datetime


class DecisionsAnswer(BaseModel):
    """Decisions of a project."""

    project: str
    decisions: list[ListedDecision]
    next_cursor: NextCursor


def entry_answer(entry: Entry, body: dict[str, Any]) -> EntryAnswer:
    """One entry of the ledger, its body decoded."""
    return EntryAnswer(sequence=entry.sequence, kind=entry.kind, at=entry.at, body=body)
