"""The events that follow from a decision."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from services.review.domain.routing import predicted_label
from shared.events import (
    CloudEvent,
    CorrectionMade,
    DecidedBy,
    DecisionMade,
    EventType,
    Evidence,
    FeatureValue,
    ModelRef,
    Route,
    Vote,
    announce,
)

SOURCE = "review"


@dataclass(frozen=True, slots=True)
class Case:
    """One routed event, as it stands in the ledger.

    Attributes:
        evidence: what carried the prediction, where the model says so.
        traceparent: the place in a trace at which it was routed, if it was followed.
    """

    project: str
    event_id: str
    features: Mapping[str, FeatureValue]
    context: Mapping[str, object]
    slices: Mapping[str, str]
    probabilities: Mapping[str, float]
    model: ModelRef
    route: Route
    evidence: Sequence[Evidence] = ()
    traceparent: str | None = None


class Because(StrEnum):
    """Why something was decided without people who should have."""

    DEADLINE = "deadline"
    CAPACITY = "capacity"


class Verdict(StrEnum):
    """What people's ruling is to the prediction."""

    CONFIRMED = "confirmed"
    CORRECTED = "corrected"
    AMENDED = "amended"


_TYPES = {
    Verdict.CONFIRMED: EventType.PREDICTION_CONFIRMED,
    Verdict.CORRECTED: EventType.PREDICTION_CORRECTED,
    Verdict.AMENDED: EventType.CORRECTION_AMENDED,
}


@dataclass(frozen=True, slots=True)
class Ruling:
    """What people settled on.

    Attributes:
        probabilities: of each label, given who said what.
        votes: the answers it rests on.
    """

    label: str
    probabilities: Mapping[str, float]
    verdict: Verdict
    votes: Sequence[Vote]
    at: datetime


def decision(
    case: Case, revision: int, label: str, decided_by: DecidedBy, at: datetime
) -> CloudEvent:
    """The label that leaves the system."""
    predicted = predicted_label(case.probabilities)
    payload = DecisionMade(
        event_id=case.event_id,
        revision=revision,
        label=label,
        decided_by=decided_by,
        predicted_label=predicted,
        probability=case.probabilities[predicted],
        route=case.route,
        model=case.model,
        decided_at=at,
    )
    return announce(
        EventType.DECISION_MADE,
        payload,
        project=case.project,
        identity=f"{case.event_id}/{revision}",
        source=SOURCE,
        time=at,
    ).placed(case.traceparent)


def verdict(case: Case, label: str, *, amends: bool) -> Verdict:
    """What a ruling is to those who learn: the first on its event, or an amendment."""
    if amends:
        return Verdict.AMENDED
    confirmed = label == predicted_label(case.probabilities)
    return Verdict.CONFIRMED if confirmed else Verdict.CORRECTED


def correction(case: Case, ruling: Ruling, revision: int, sequence: int) -> CloudEvent:
    """The truth that people settled on, for the retrainer and anybody who learns."""
    identity = f"{case.event_id}/{revision}"
    payload = CorrectionMade(
        correction_id=f"{case.project}/{identity}",
        event_id=case.event_id,
        revision=revision,
        sequence=sequence,
        label=ruling.label,
        label_probabilities=dict(ruling.probabilities),
        predicted_label=predicted_label(case.probabilities),
        probabilities=dict(case.probabilities),
        features=dict(case.features),
        slices=dict(case.slices),
        votes=list(ruling.votes),
        route=case.route,
        model=case.model,
    )
    return announce(
        _TYPES[ruling.verdict],
        payload,
        project=case.project,
        identity=identity,
        source=SOURCE,
        time=ruling.at,
    ).placed(case.traceparent)


def decision_body(event: CloudEvent, because: Because | None = None) -> str:
    """The ledger's body for a decision: what was announced, and why nobody was asked."""
    if because is None:
        return event.data.model_dump_json()
    return json.dumps(event.data.model_dump(mode="json") | {"because": because.value})


def correction_body(ruling: Ruling) -> str:
    """The ledger's body for a correction: with its route, enough to announce it again."""
    said = [vote.model_dump(mode="json") for vote in ruling.votes]
    body = {"label": ruling.label, "verdict": ruling.verdict.value, "votes": said}
    return json.dumps(body | {"label_probabilities": dict(ruling.probabilities)})
