"""The events that follow from a decision."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from msgspec import UNSET

from services.review.domain.routing import predicted_label
from shared.events import DecidedBy, EventType, Evidence, FeatureValue, ModelRef, Route
from shared.telling import Correction, Decision, Told, Vote, as_said, encode

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


def decision(case: Case, revision: int, label: str, decided_by: DecidedBy, at: datetime) -> Told:
    """The label that leaves the system."""
    predicted = predicted_label(case.probabilities)
    said = Decision(
        event_id=case.event_id,
        revision=revision,
        label=label,
        decided_by=decided_by,
        predicted_label=predicted,
        probability=case.probabilities[predicted],
        route=as_said(case.route),
        model=as_said(case.model),
        decided_at=at,
    )
    return _told(EventType.DECISION_MADE, said, case, at)


def verdict(case: Case, label: str, *, amends: bool) -> Verdict:
    """What a ruling is to those who learn: the first on its event, or an amendment."""
    if amends:
        return Verdict.AMENDED
    confirmed = label == predicted_label(case.probabilities)
    return Verdict.CONFIRMED if confirmed else Verdict.CORRECTED


def correction(case: Case, ruling: Ruling, revision: int, sequence: int) -> Told:
    """The truth that people settled on, for the retrainer and anybody who learns."""
    said = Correction(
        correction_id=f"{case.project}/{case.event_id}/{revision}",
        event_id=case.event_id,
        revision=revision,
        sequence=sequence,
        label=ruling.label,
        label_probabilities=ruling.probabilities,
        predicted_label=predicted_label(case.probabilities),
        probabilities=case.probabilities,
        features=case.features,
        slices=case.slices,
        votes=ruling.votes,
        route=as_said(case.route),
        model=as_said(case.model),
    )
    return _told(_TYPES[ruling.verdict], said, case, ruling.at)


def decision_body(event: Told, because: Because | None = None) -> str:
    """The ledger's body for a decision: what was announced, and why nobody was asked."""
    body = encode(event.data)
    return body if because is None else json.dumps(json.loads(body) | {"because": because.value})


def correction_body(ruling: Ruling) -> str:
    """The ledger's body for a correction: with its route, enough to announce it again."""
    return encode(
        {
            "label": ruling.label,
            "verdict": ruling.verdict,
            "votes": ruling.votes,
            "label_probabilities": ruling.probabilities,
        }
    )


def _told(kind: EventType, said: Decision | Correction, case: Case, at: datetime) -> Told:
    """As `shared.events.announce` would wrap it, at the place in the trace where it was routed."""
    return Told(
        id=f"{case.project}/{case.event_id}/{said.revision}/{kind.value}",
        source=f"handraise/{SOURCE}",
        type=kind,
        time=at,
        subject=case.event_id,
        project=case.project,
        data=said,
        traceparent=case.traceparent or UNSET,
    )
