"""What the API gives: bodies of answers."""

from datetime import datetime
from typing import Any, Literal, Self

from pydantic import BaseModel

from services.review.domain.ledger import Entry, Kind
from services.review.domain.queue import (
    EmptyBecause,
    Lease,
    QueueState,
    shown_prediction,
    why,
)
from services.review.ports import ProjectState
from services.review.use_cases.deciding import Decided
from services.review.use_cases.queues import Claim, Claims
from shared.events import DecidedBy, FeatureValue, RouteReason
from shared.project import Project


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


class QueueAnswer(BaseModel):
    """How a queue stands."""

    queue: str
    project: str
    title: str
    depth: int
    leased: int
    oldest_age_seconds: float | None
    overdue: int

    @classmethod
    def of(cls, project: ProjectState, state: QueueState, now: datetime) -> Self:
        """From the state of a queue."""
        return cls(
            queue=state.queue,
            project=project.configuration.name,
            title=project.configuration.title,
            depth=state.depth,
            leased=state.leased,
            oldest_age_seconds=(now - state.oldest_at).total_seconds() if state.oldest_at else None,
            overdue=state.overdue,
        )


class QueuesAnswer(BaseModel):
    """The queues that the caller may work."""

    queues: list[QueueAnswer]


class LeaseAnswer(BaseModel):
    """A lease."""

    id: str
    token: int
    expires_at: datetime

    @classmethod
    def of(cls, lease: Lease) -> Self:
        """From a lease."""
        return cls(id=lease.id, token=lease.token, expires_at=lease.expires_at)


class HeartbeatAnswer(BaseModel):
    """The lease, extended."""

    lease: LeaseAnswer


class ItemAnswer(BaseModel):
    """An item, as a reviewer may see it."""

    id: int
    project: str
    queue: str
    event_id: str
    title: str
    labels: list[str]
    features: dict[str, FeatureValue]
    context: dict[str, Any]
    reason: RouteReason
    why: str
    prediction: dict[str, float] | None
    received_at: datetime
    deadline: datetime | None


class ClaimAnswer(BaseModel):
    """An item with its lease."""

    item: ItemAnswer
    lease: LeaseAnswer

    @classmethod
    def of(cls, claim: Claim) -> Self:
        """From a claim; audits are blind."""
        item, case, project = claim.lease.item, claim.case, claim.project.configuration
        shown = shown_prediction(item.reason, case.probabilities)
        inclusion = case.route.inclusion_probability
        return cls(
            item=ItemAnswer(
                id=item.id,
                project=project.name,
                queue=project.name,
                event_id=item.event_id,
                title=project.title,
                labels=list(project.labels),
                features=dict(case.features),
                context=dict(case.context),
                reason=item.reason,
                why=why(item.reason, case.probabilities, inclusion),
                prediction=dict(shown) if shown is not None else None,
                received_at=item.received_at,
                deadline=item.deadline,
            ),
            lease=LeaseAnswer.of(claim.lease),
        )


class ClaimsAnswer(BaseModel):
    """What a claim brought, and if nothing, why."""

    claims: list[ClaimAnswer]
    empty_because: EmptyBecause | None
    next_free_at: datetime | None

    @classmethod
    def of(cls, claims: Claims) -> Self:
        """From claims."""
        return cls(
            claims=[ClaimAnswer.of(claim) for claim in claims.claims],
            empty_because=claims.empty_because,
            next_free_at=claims.next_free_at,
        )


class DecisionView(BaseModel):
    """A decision, as its maker sees it."""

    project: str
    event_id: str
    revision: int
    label: str
    decided_by: DecidedBy
    decided_at: datetime

    @classmethod
    def of(cls, decided: Decided) -> Self:
        """From a decision."""
        return cls(
            project=decided.project,
            event_id=decided.event_id,
            revision=decided.revision,
            label=decided.label,
            decided_by=decided.decided_by,
            decided_at=decided.decided_at,
        )


class DecisionAnswer(ClaimsAnswer):
    """The decision, and the next items."""

    decision: DecisionView


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


class ReportAnswer(BaseModel):
    """How a project stands."""

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
    model: dict[str, Any] | None


class ModelsAnswer(BaseModel):
    """Model versions, newest first."""

    versions: list[dict[str, Any]]


def entry_answer(entry: Entry, body: dict[str, Any]) -> EntryAnswer:
    """One entry of the ledger, its body decoded."""
    return EntryAnswer(sequence=entry.sequence, kind=entry.kind, at=entry.at, body=body)
