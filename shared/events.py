"""Every event that crosses a service boundary: CloudEvents 1.0 in JSON.

Facts are named in the past tense. A breaking change is a new `.vN` type; old types stay
readable for ever. Unknown fields are ignored, so that senders may be newer than readers.
"""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Literal, Self

from pydantic import (
    SerializeAsAny,
    StringConstraints,
    ValidationError,
    ValidationInfo,
    field_validator,
)
from pydantic_core import from_json

from shared.errors import Malformed
from shared.moments import Moment
from shared.payloads import (
    PROBABILITY_TOLERANCE,
    WITHOUT_NUL,
    AutomationSwitched,
    CandidateRequested,
    Comparison,
    CorrectionMade,
    DecidedBy,
    DecisionMade,
    EventDeadLettered,
    EventId,
    Evidence,
    Features,
    FeatureValue,
    Frozen,
    ModelChanged,
    ModelRef,
    PolicyChanged,
    PredictionMade,
    Probabilities,
    Probability,
    ProjectConfigured,
    PromotionDecided,
    Route,
    RouteKind,
    RouteReason,
    ScoringRequested,
    Shadow,
    SubjectsErased,
    Vote,
)
from shared.project import ProjectName
from shared.streams import Stream
from shared.tracing import Traceparent

__all__ = [
    "CATALOGUE",
    "PROBABILITY_TOLERANCE",
    "AutomationSwitched",
    "CandidateRequested",
    "CloudEvent",
    "Comparison",
    "CorrectionMade",
    "DecidedBy",
    "DecisionMade",
    "EventDeadLettered",
    "EventId",
    "EventType",
    "Evidence",
    "FeatureValue",
    "Features",
    "ModelChanged",
    "ModelRef",
    "Payload",
    "PolicyChanged",
    "PredictionMade",
    "Probabilities",
    "Probability",
    "ProjectConfigured",
    "PromotionDecided",
    "Route",
    "RouteKind",
    "RouteReason",
    "ScoringRequested",
    "Shadow",
    "SubjectsErased",
    "Vote",
    "announce",
]


Payload = (
    ScoringRequested
    | PredictionMade
    | DecisionMade
    | CorrectionMade
    | ModelChanged
    | ProjectConfigured
    | PolicyChanged
    | AutomationSwitched
    | SubjectsErased
    | PromotionDecided
    | CandidateRequested
    | EventDeadLettered
)
"""What an event may carry."""


class EventType(StrEnum):
    """Every event type."""

    SCORING_REQUESTED = "scoring.requested.v1"
    PREDICTION_MADE = "prediction.made.v1"
    DECISION_MADE = "decision.made.v1"
    PREDICTION_CONFIRMED = "prediction.confirmed.v1"
    PREDICTION_CORRECTED = "prediction.corrected.v1"
    CORRECTION_AMENDED = "correction.amended.v1"
    MODEL_CANDIDATE = "model.candidate.v1"
    MODEL_PROMOTED = "model.promoted.v1"
    MODEL_REJECTED = "model.rejected.v1"
    MODEL_ROLLED_BACK = "model.rolled_back.v1"
    PROJECT_CONFIGURED = "project.configured.v1"
    POLICY_CHANGED = "policy.changed.v1"
    AUTOMATION_STOPPED = "automation.stopped.v1"
    AUTOMATION_RESUMED = "automation.resumed.v1"
    SUBJECTS_ERASED = "subjects.erased.v1"
    PROMOTION_DECIDED = "promotion.decided.v1"
    CANDIDATE_REQUESTED = "candidate.requested.v1"
    EVENT_DEAD_LETTERED = "event.dead_lettered.v1"


CATALOGUE: Mapping[EventType, tuple[Stream, type[Payload]]] = {
    EventType.SCORING_REQUESTED: (Stream.REQUESTS, ScoringRequested),
    EventType.PREDICTION_MADE: (Stream.PREDICTIONS, PredictionMade),
    EventType.DECISION_MADE: (Stream.DECISIONS, DecisionMade),
    EventType.PREDICTION_CONFIRMED: (Stream.CORRECTIONS, CorrectionMade),
    EventType.PREDICTION_CORRECTED: (Stream.CORRECTIONS, CorrectionMade),
    EventType.CORRECTION_AMENDED: (Stream.CORRECTIONS, CorrectionMade),
    EventType.MODEL_CANDIDATE: (Stream.MODELS, ModelChanged),
    EventType.MODEL_PROMOTED: (Stream.MODELS, ModelChanged),
    EventType.MODEL_REJECTED: (Stream.MODELS, ModelChanged),
    EventType.MODEL_ROLLED_BACK: (Stream.MODELS, ModelChanged),
    EventType.PROJECT_CONFIGURED: (Stream.CONTROL, ProjectConfigured),
    EventType.POLICY_CHANGED: (Stream.CONTROL, PolicyChanged),
    EventType.AUTOMATION_STOPPED: (Stream.CONTROL, AutomationSwitched),
    EventType.AUTOMATION_RESUMED: (Stream.CONTROL, AutomationSwitched),
    EventType.SUBJECTS_ERASED: (Stream.CONTROL, SubjectsErased),
    EventType.PROMOTION_DECIDED: (Stream.CONTROL, PromotionDecided),
    EventType.CANDIDATE_REQUESTED: (Stream.CONTROL, CandidateRequested),
    EventType.EVENT_DEAD_LETTERED: (Stream.DEAD_LETTERS, EventDeadLettered),
}
"""Each event type with the stream it travels on and the payload it carries."""


_UNTRACED = {"traceparent"}
"""CloudEvents have no nulls: an attribute without a value is left out."""


class CloudEvent(Frozen):
    """The envelope. `subject` is the event id, or the model version for model events.

    `traceparent` is its place in a trace (W3C Trace Context, an extension of CloudEvents); what is
    none is passed over.
    """

    specversion: Literal["1.0"] = "1.0"
    id: Annotated[str, StringConstraints(min_length=1, max_length=600, pattern=WITHOUT_NUL)]
    source: Annotated[str, StringConstraints(min_length=1, max_length=600, pattern=WITHOUT_NUL)]
    type: EventType
    time: Moment
    subject: str
    project: ProjectName
    data: SerializeAsAny[Payload]  # as what it is, without trying what it might be
    traceparent: Traceparent = None

    @field_validator("data", mode="before")
    @classmethod
    def _payload_by_type(cls, raw: object, info: ValidationInfo) -> object:
        kind = info.data.get("type")
        if kind is not None and isinstance(raw, dict):
            return CATALOGUE[kind][1].model_validate(raw)
        return raw

    @property
    def stream(self) -> Stream:
        """The stream on which this type travels."""
        return CATALOGUE[self.type][0]

    def placed(self, traceparent: str | None) -> Self:
        """The same event at a place in a trace, if there is one."""
        return self.model_copy(update={"traceparent": traceparent}) if traceparent else self

    @classmethod
    def decode(cls, document: bytes | str) -> Self:
        """Read one JSON document.

        Raises:
            Malformed: it is not one of the events of the catalogue; the message says where.
        """
        try:
            return cls.model_validate(from_json(document, allow_inf_nan=False))
        except ValidationError as error:
            first = error.errors(include_url=False, include_input=False)[0]
            where = ".".join(str(part) for part in first["loc"]) or "document"
            raise Malformed(f"{where}: {first['msg']}") from error
        except ValueError as error:
            raise Malformed(f"document: {error}") from error

    def encode(self) -> bytes:
        """The JSON document, in UTF-8."""
        left_out = _UNTRACED if self.traceparent is None else None
        return self.model_dump_json(exclude=left_out).encode()


def announce(
    kind: EventType, payload: Payload, *, project: str, identity: str, source: str, time: datetime
) -> CloudEvent:
    """Wrap a payload. The id is built from `identity`, so that saying it twice is recognised.

    Args:
        kind: the event's type.
        payload: what happened.
        project: the project's name.
        identity: what makes the fact unique within type and project, e.g. the event id with
            its revision.
        source: the service that speaks.
        time: when it happened.
    """
    return CloudEvent(
        id=f"{project}/{identity}/{kind.value}",
        source=f"handraise/{source}",
        type=kind,
        time=time,
        subject=_subject(payload, identity),
        project=project,
        data=payload,
    )


def _subject(payload: Payload, identity: str) -> str:
    """What an event is about."""
    if isinstance(payload, ModelChanged | PromotionDecided | CandidateRequested):
        return str(payload.version)
    return payload.event_id if hasattr(payload, "event_id") else identity
