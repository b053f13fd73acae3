"""What the API gives those who clear queues: items, holds, decisions."""

from datetime import datetime
from typing import Any, Self

from pydantic import BaseModel

from services.review.domain.facts import Case
from services.review.domain.queue import EmptyBecause, Lease, Stage
from services.review.domain.showing import why
from services.review.use_cases.claiming import Claim, Claims
from services.review.use_cases.deciding import Outcome, Status
from services.review.use_cases.settling import Decided
from shared.events import DecidedBy, Features, FeatureValue, RouteReason


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


class EvidenceAnswer(BaseModel):
    """What carried the prediction: a field, or a word of it, with its signed contribution."""

    field: str
    value: FeatureValue
    contribution: float


class OpinionAnswer(BaseModel):
    """What somebody else answered; only for the lead who is to settle a disagreement."""

    label: str
    comment: str | None


class ItemAnswer(BaseModel):
    """An item, as a reviewer may see it."""

    id: int
    project: str
    queue: str
    event_id: str
    title: str
    labels: list[str]
    features: Features
    context: dict[str, Any]
    reason: RouteReason
    stage: Stage
    why: str
    prediction: dict[str, float] | None
    evidence: list[EvidenceAnswer]
    received_at: datetime
    deadline: datetime | None
    opinions: list[OpinionAnswer]
    notes: list[str]


class DraftAnswer(BaseModel):
    """What the reviewer had begun to answer before."""

    label: str | None
    comment: str | None
    at: datetime


class ClaimAnswer(BaseModel):
    """An item with its lease."""

    item: ItemAnswer
    lease: LeaseAnswer
    draft: DraftAnswer | None

    @classmethod
    def of(cls, claim: Claim) -> Self:
        """From a claim; the prediction is in it only if its holder may see it."""
        draft = claim.draft
        return cls(
            item=_item_answer(claim),
            lease=LeaseAnswer.of(claim.lease),
            draft=DraftAnswer(label=draft.label, comment=draft.comment, at=draft.at)
            if draft
            else None,
        )


def _item_answer(claim: Claim) -> ItemAnswer:
    item, case, project = claim.lease.item, claim.case, claim.project.configuration
    prediction = dict(case.probabilities) if claim.lease.sees_model else None
    return ItemAnswer(
        id=item.id,
        project=project.name,
        queue=item.queue,
        event_id=item.event_id,
        title=project.title,
        labels=list(project.labels),
        features=dict(case.features),
        context=dict(case.context),
        reason=item.reason,
        stage=item.stage,
        why=why(item, prediction, case.route.inclusion_probability),
        prediction=prediction,
        evidence=_evidence(case) if prediction else [],
        received_at=item.received_at,
        deadline=item.deadline,
        opinions=[OpinionAnswer(label=b.label, comment=b.comment) for b in claim.opinions],
        notes=list(claim.notes),
    )


def _evidence(case: Case) -> list[EvidenceAnswer]:
    return [
        EvidenceAnswer(field=said.field, value=said.value, contribution=said.contribution)
        for said in case.evidence
    ]


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
    """What the answer led to, and the next items; no decision while others are to answer too."""

    item: int
    status: Status
    decision: DecisionView | None
    undo_until: datetime

    @classmethod
    def made(cls, outcome: Outcome, following: Claims) -> Self:
        """From the outcome of an answer."""
        decided = outcome.decided
        return cls(
            item=outcome.item_id,
            status=outcome.status,
            decision=DecisionView.of(decided) if decided else None,
            undo_until=outcome.undo_until,
            claims=[ClaimAnswer.of(claim) for claim in following.claims],
            empty_because=following.empty_because,
            next_free_at=following.next_free_at,
        )


class EscalatedAnswer(BaseModel):
    """Where the item waits now."""

    queue: str
