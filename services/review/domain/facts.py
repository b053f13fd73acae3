"""The events that follow from a decision."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from services.review.domain.routing import predicted_label
from shared.events import (
    CloudEvent,
    CorrectionMade,
    DecidedBy,
    DecisionMade,
    EventType,
    FeatureValue,
    ModelRef,
    Route,
    Vote,
    announce,
)

SOURCE = "review"


@dataclass(frozen=True, slots=True)
class Case:
    """One routed event, as it stands in the ledger."""

    project: str
    event_id: str
    features: Mapping[str, FeatureValue]
    context: Mapping[str, object]
    slices: Mapping[str, str]
    probabilities: Mapping[str, float]
    model: ModelRef
    route: Route


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
    )


def is_confirmed(case: Case, label: str) -> bool:
    """Whether people agree with the prediction."""
    return label == predicted_label(case.probabilities)


def correction(
    case: Case, revision: int, sequence: int, label: str, votes: list[Vote], at: datetime
) -> CloudEvent:
    """The truth that people settled on, for the retrainer and anybody who learns."""
    confirmed = is_confirmed(case, label)
    identity = f"{case.event_id}/{revision}"
    payload = CorrectionMade(
        correction_id=f"{case.project}/{identity}",
        event_id=case.event_id,
        revision=revision,
        sequence=sequence,
        label=label,
        label_probabilities={label: 1.0},
        predicted_label=predicted_label(case.probabilities),
        probabilities=dict(case.probabilities),
        features=dict(case.features),
        slices=dict(case.slices),
        votes=votes,
        route=case.route,
        model=case.model,
    )
    return announce(
        EventType.PREDICTION_CONFIRMED if confirmed else EventType.PREDICTION_CORRECTED,
        payload,
        project=case.project,
        identity=identity,
        source=SOURCE,
        time=at,
    )


def decision_body(event: CloudEvent) -> str:
    """The ledger's body for a decision: what was announced."""
    return event.data.model_dump_json()


def correction_body(label: str, verdict: str, votes: list[Vote]) -> str:
    """The ledger's body for a correction: with its route, enough to announce it again."""
    said = [vote.model_dump(mode="json") for vote in votes]
    return json.dumps({"label": label, "verdict": verdict, "votes": said})
