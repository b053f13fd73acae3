"""Every event that crosses a service boundary: CloudEvents 1.0 in JSON.

Facts are named in the past tense. A breaking change is a new `.vN` type; old types stay
readable for ever. Unknown fields are ignored, so that senders may be newer than readers.
"""

import re
from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Literal, Self

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    JsonValue,
    StrictBool,
    StrictFloat,
    StrictInt,
    StrictStr,
    StringConstraints,
    ValidationError,
    ValidationInfo,
    field_validator,
)
from pydantic_core import from_json

from shared.errors import Malformed
from shared.project import Label, Project, ProjectName
from shared.streams import Stream

_RFC_3339 = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:?\d\d)", re.ASCII)


def _rfc_3339(value: object) -> object:
    """Refuse what pydantic would guess a time from: counts of seconds, other notations."""
    if isinstance(value, datetime) or (isinstance(value, str) and _RFC_3339.fullmatch(value)):
        return value
    raise ValueError("write it as in RFC 3339 with an offset, e.g. 2026-01-31T09:30:00Z")


_WITHOUT_NUL = r"^[^\x00]*$"
"""PostgreSQL keeps no NUL in a text."""

EventId = Annotated[str, StringConstraints(min_length=1, max_length=256, pattern=_WITHOUT_NUL)]
Moment = Annotated[AwareDatetime, BeforeValidator(_rfc_3339)]
Count = Annotated[int, Field(strict=True, ge=0)]
Ordinal = Annotated[int, Field(strict=True, ge=1)]
Probability = Annotated[float, Field(strict=True, ge=0, le=1)]
FeatureValue = StrictBool | StrictInt | StrictFloat | StrictStr | None
Features = dict[str, FeatureValue]


def _sums_to_one(probabilities: dict[str, float]) -> dict[str, float]:
    if abs(sum(probabilities.values()) - 1) > PROBABILITY_TOLERANCE:
        raise ValueError("probabilities must sum to 1")
    return probabilities


PROBABILITY_TOLERANCE = 1e-3
Probabilities = Annotated[
    dict[Label, Probability], Field(min_length=1), AfterValidator(_sums_to_one)
]


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", allow_inf_nan=False)


class RouteKind(StrEnum):
    """Who decides: the model alone, or people."""

    AUTO = "auto"
    REVIEW = "review"


class RouteReason(StrEnum):
    """Why the router chose so."""

    CONFIDENT = "confident"
    UNCERTAIN = "uncertain"
    AUDIT = "audit"
    NO_MODEL = "no_model"
    STOPPED = "stopped"


class DecidedBy(StrEnum):
    """Where a decision's label comes from."""

    MODEL = "model"
    REVIEWERS = "reviewers"
    FALLBACK = "fallback"


class ModelRef(_Frozen):
    """A model version; version 0 is "no model yet" (uniform probabilities, empty SHA-256)."""

    name: str
    version: Count
    sha256: Annotated[str, StringConstraints(pattern=r"^([0-9a-f]{64})?$")] = ""


class Evidence(_Frozen):
    """One field that carried a prediction, with its signed contribution."""

    field: str
    value: FeatureValue
    contribution: StrictFloat


class Route(_Frozen):
    """What the router did, and the chance, known before the draw, that a person sees it."""

    kind: RouteKind
    reason: RouteReason
    inclusion_probability: Annotated[float, Field(strict=True, gt=0, le=1)]
    policy_version: Ordinal
    certificate: str | None = None


class Vote(_Frozen):
    """One reviewer's answer."""

    reviewer: str
    label: Label
    at: Moment


class ScoringRequested(_Frozen):
    """An upstream system asks for a decision on one event."""

    event_id: EventId
    features: Features
    context: dict[str, JsonValue] = {}
    slices: dict[str, str] = {}
    deadline: Moment | None = None
    occurred_at: Moment | None = None


class PredictionMade(_Frozen):
    """A model's probabilities for one event."""

    event_id: EventId
    features: Features
    context: dict[str, JsonValue] = {}
    slices: dict[str, str] = {}
    probabilities: Probabilities
    model: ModelRef
    novelty: Probability | None = None
    evidence: list[Evidence] = []
    deadline: Moment | None = None


class DecisionMade(_Frozen):
    """The label that leaves the system; a revision above 1 amends an earlier one."""

    event_id: EventId
    revision: Ordinal
    label: Label
    decided_by: DecidedBy
    predicted_label: Label
    probability: Probability
    route: Route
    model: ModelRef
    decided_at: Moment


class CorrectionMade(_Frozen):
    """The truth that people settled on, whether it confirms or changes the prediction."""

    correction_id: str
    event_id: EventId
    revision: Ordinal
    sequence: Ordinal
    label: Label
    label_probabilities: Probabilities
    predicted_label: Label
    probabilities: Probabilities
    features: Features
    slices: dict[str, str] = {}
    votes: list[Vote]
    route: Route
    model: ModelRef


class ModelChanged(_Frozen):
    """A step in the life of a model version."""

    version: Count
    sha256: str
    uri: str
    parent: StrictInt | None
    learned_up_to: Count
    metrics: dict[str, StrictFloat]
    reason: str
    actor: str


class ProjectConfigured(_Frozen):
    """A project file came into force."""

    configuration: Project
    policy_version: Ordinal
    actor: str


class PolicyChanged(_Frozen):
    """The routing policy of a project changed; the new file follows as project.configured."""

    policy_version: Ordinal
    previous_version: Ordinal
    actor: str


class AutomationSwitched(_Frozen):
    """Somebody stopped or resumed all automatic decisions of a project."""

    actor: str
    reason: str


class PromotionDecided(_Frozen):
    """A person approved or rejected a candidate version."""

    version: Ordinal
    verdict: Literal["promote", "reject"]
    actor: str
    reason: str


class EventDeadLettered(_Frozen):
    """An entry that could not be processed, kept whole (the original's bytes in base64)."""

    stream: str
    entry_id: str
    reason: str
    error: str
    message: str
    attempts: Ordinal
    original_base64: str


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
    PROMOTION_DECIDED = "promotion.decided.v1"
    EVENT_DEAD_LETTERED = "event.dead_lettered.v1"


Payload = (
    ScoringRequested
    | PredictionMade
    | DecisionMade
    | CorrectionMade
    | ModelChanged
    | ProjectConfigured
    | PolicyChanged
    | AutomationSwitched
    | PromotionDecided
    | EventDeadLettered
)

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
    EventType.PROMOTION_DECIDED: (Stream.CONTROL, PromotionDecided),
    EventType.EVENT_DEAD_LETTERED: (Stream.DEAD_LETTERS, EventDeadLettered),
}
"""Each event type with the stream it travels on and the payload it carries."""


class CloudEvent(_Frozen):
    """The envelope. `subject` is the event id, or the model version for model events."""

    specversion: Literal["1.0"] = "1.0"
    id: Annotated[str, StringConstraints(min_length=1, max_length=600)]
    source: Annotated[str, StringConstraints(min_length=1, max_length=600)]
    type: EventType
    time: Moment
    subject: str
    project: ProjectName
    data: Payload

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
        return self.model_dump_json().encode()


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
    subject = payload.event_id if hasattr(payload, "event_id") else identity
    return CloudEvent(
        id=f"{project}/{identity}/{kind.value}",
        source=f"handraise/{source}",
        type=kind,
        time=time,
        subject=subject,
        project=project,
        data=payload,
    )
