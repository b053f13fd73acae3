"""What events say: the payloads, and the values they are made of."""

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    JsonValue,
    SerializeAsAny,
    StrictBool,
    StrictFloat,
    StrictInt,
    StrictStr,
    StringConstraints,
)

from shared.moments import Moment
from shared.project import Label, Project

WITHOUT_NUL = r"^[^\x00]*$"
"""PostgreSQL keeps no NUL in a text."""

EventId = Annotated[str, StringConstraints(min_length=1, max_length=256, pattern=WITHOUT_NUL)]
Count = Annotated[int, Field(strict=True, ge=0)]
Ordinal = Annotated[int, Field(strict=True, ge=1)]
Probability = Annotated[float, Field(strict=True, ge=0, le=1)]
FeatureValue = StrictBool | StrictInt | StrictFloat | StrictStr | None
Features = SerializeAsAny[dict[str, FeatureValue]]  # as it is: a union tries each of its kinds


def _sum_to_1(probabilities: dict[str, float]) -> dict[str, float]:
    if abs(sum(probabilities.values()) - 1) > PROBABILITY_TOLERANCE:
        raise ValueError("probabilities must sum to 1")
    return probabilities


PROBABILITY_TOLERANCE = 1e-3
Probabilities = Annotated[dict[Label, Probability], Field(min_length=1), AfterValidator(_sum_to_1)]


class Frozen(BaseModel):
    """A value that is read from events: unknown fields are ignored, NaN is refused."""

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
    UNPROVEN = "unproven"
    RULE = "rule"
    NOVEL = "novel"
    STOPPED = "stopped"


class DecidedBy(StrEnum):
    """Where a decision's label comes from."""

    MODEL = "model"
    REVIEWERS = "reviewers"
    FALLBACK = "fallback"


class ModelRef(Frozen):
    """A model version; version 0 is "no model yet" (uniform probabilities, empty SHA-256)."""

    name: str
    version: Count
    sha256: Annotated[str, StringConstraints(pattern=r"^([0-9a-f]{64})?$")] = ""


class Evidence(Frozen):
    """One field that carried a prediction, with its signed contribution."""

    field: str
    value: FeatureValue
    contribution: StrictFloat


class Route(Frozen):
    """What the router did, and the chance, known before the draw, that a person sees it."""

    kind: RouteKind
    reason: RouteReason
    inclusion_probability: Annotated[float, Field(strict=True, gt=0, le=1)]
    policy_version: Ordinal
    certificate: str | None = None


class Vote(Frozen):
    """One reviewer's answer."""

    reviewer: str
    label: Label
    at: Moment


class ScoringRequested(Frozen):
    """An upstream system asks for a decision on one event."""

    event_id: EventId
    features: Features
    context: dict[str, JsonValue] = {}
    slices: dict[str, str] = {}
    deadline: Moment | None = None
    occurred_at: Moment | None = None


class PredictionMade(Frozen):
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


class DecisionMade(Frozen):
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


class CorrectionMade(Frozen):
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


class Comparison(Frozen):
    """How a candidate did beside its champion, on answers that neither of them had learned.

    Attributes:
        group: `all answers`, `random checks`, or a declared slice such as `region=north`.
        answers: how many.
        champion_wrong: share of them whose likeliest label was wrong; random checks weigh 1/π.
        candidate_wrong: the same for the candidate.
        low: the candidate's quadratic loss less the champion's is at least this ...
        high: ... and at most this, each with 95 % confidence at every moment.
        margin: a loss that is greater by so much still counts as not worse.
    """

    group: str
    answers: Count
    champion_wrong: Probability
    candidate_wrong: Probability
    low: StrictFloat
    high: StrictFloat
    margin: StrictFloat
    verdict: Literal["not_worse", "worse", "open"]


class Shadow(Frozen):
    """What a version would have said of an event that people have answered since it was made.

    Attributes:
        sequence: of the answer in the ledger.
        label: its answer.
        score: its risk, 1 less the probability of that label.
        wrong: whether people said otherwise.
    """

    sequence: Ordinal
    label: Label
    score: Probability
    wrong: StrictBool


class ModelChanged(Frozen):
    """A step in the life of a model version.

    Attributes:
        parent: the version from which it went on.
        challenger: whose fit is on trial in a candidate; null: what was learned waits.
        comparison: of a candidate with its champion, group by group.
        shadow: what the version says of answers that it has not learned; thresholds follow from it.
    """

    version: Count
    sha256: str
    uri: str
    parent: StrictInt | None
    learned_up_to: Count
    metrics: dict[str, StrictFloat]
    reason: str
    actor: str
    challenger: str | None = None
    comparison: list[Comparison] = []
    shadow: list[Shadow] = []


class ProjectConfigured(Frozen):
    """A project file came into force."""

    configuration: Project
    policy_version: Ordinal
    actor: str


class PolicyChanged(Frozen):
    """The routing policy of a project changed; the new file follows as project.configured."""

    policy_version: Ordinal
    previous_version: Ordinal
    actor: str


class AutomationSwitched(Frozen):
    """Somebody stopped or resumed all automatic decisions of a project."""

    actor: str
    reason: str


class SubjectsErased(Frozen):
    """What described these events is gone; whoever keeps a copy of it erases it too.

    With `unlearn` models are to learn anew without them.
    """

    event_ids: Annotated[list[EventId], Field(min_length=1, max_length=500)]
    actor: str
    reason: str
    unlearn: bool = True


class PromotionDecided(Frozen):
    """A person approved or rejected a candidate version, or went back to another version."""

    version: Ordinal
    verdict: Literal["promote", "reject", "roll_back"]
    actor: str
    reason: str


class CandidateRequested(Frozen):
    """A person asked what a version would be without somebody, as a candidate to decide on.

    Attributes:
        whom: a reviewer's answers, or all that was learned of one event.
        name: the reviewer's name, or the event's id.
    """

    version: Ordinal
    whom: Literal["reviewer", "subject"]
    name: EventId
    actor: str
    reason: str


class EventDeadLettered(Frozen):
    """An entry that could not be processed, kept whole (the original's bytes in base64)."""

    stream: str
    entry_id: str
    reason: str
    error: str
    message: str
    attempts: Ordinal
    original_base64: str
