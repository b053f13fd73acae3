"""What the API takes: bodies of requests. Unknown fields are refused."""

from typing import Annotated, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    model_validator,
)

from shared.events import EventId, PredictionMade, ScoringRequested
from shared.moments import Moment
from shared.project import Label

MOST_EVENTS = 1000
MOST_CLAIMS = 50

Comment = Annotated[str, StringConstraints(max_length=10_000)]
Reason = Annotated[str, StringConstraints(min_length=1, max_length=1000)]


class Body(BaseModel):
    """A request's body: unknown fields are refused."""

    model_config = ConfigDict(extra="forbid")


class Requests(Body):
    """Events to decide on."""

    events: Annotated[list[ScoringRequested], Field(min_length=1, max_length=MOST_EVENTS)]


class Predictions(Body):
    """Predictions of the sender's own model."""

    events: Annotated[list[PredictionMade], Field(min_length=1, max_length=MOST_EVENTS)]


class ClaimRequest(Body):
    """How many items, and for how long."""

    limit: Annotated[int, Field(ge=1, le=MOST_CLAIMS)] = 1
    lease_seconds: Annotated[int, Field(ge=5, le=86_400)] | None = None


class AlikeRequest(Body):
    """Leases on held items, and how many items to hold more that are alike to one of them."""

    leases: Annotated[list[str], Field(min_length=1, max_length=MOST_CLAIMS)]
    limit: Annotated[int, Field(ge=1, le=MOST_CLAIMS)] = MOST_CLAIMS


class DecisionRequest(Body):
    """A reviewer's answer."""

    label: str
    comment: Comment | None = None
    reason_code: Annotated[str, StringConstraints(min_length=1, max_length=100)] | None = None
    seconds_spent: Annotated[float, Field(ge=0, le=1e7)] | None = None
    claim_next: Annotated[int, Field(ge=0, le=MOST_CLAIMS)] = 0


class ExamRequest(Body):
    """An answer to a question of an exam."""

    label: str


class SkipRequest(Body):
    """Why an item is left to others."""

    reason: Reason | None = None


class EscalateRequest(Body):
    """Why a lead should decide."""

    reason: Reason


class DraftRequest(Body):
    """What is answered so far."""

    label: str | None = None
    comment: Comment | None = None


class AppealRequest(Body):
    """Why the decision is contested."""

    reason: Comment


class RevokeRequest(Body):
    """From when on a reviewer's answers no longer count, and why."""

    since: Moment
    reason: Reason


class StandingRequest(Body):
    """Why a reviewer is paused, or may work again."""

    reason: Reason


class GoldRequest(Body):
    """An event that people have decided, with their answer."""

    event_id: EventId
    label: Label
    explanation: Comment | None = None


class SwitchRequest(Body):
    """Why automation is stopped or resumed."""

    reason: Reason


class RepublishRequest(Body):
    """From when on everything is sent again: a time, or so many minutes ago."""

    since: Moment | None = None
    minutes: Annotated[int, Field(ge=1, le=527_040)] | None = None

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if (self.since is None) == (self.minutes is None):
            raise ValueError("give either `since` or `minutes`")
        return self
