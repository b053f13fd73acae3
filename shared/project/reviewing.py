"""How people work a project's queue: votes, deadlines, order, and what they are shown."""

from enum import StrEnum
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from shared.project.names import Label


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Votes(_Part):
    """How many answers make a decision.

    People answer one after the other, and no longer than needed: as soon as `min` have answered
    and the probability of a label, given who said what, reaches `agree_at`, the item is decided.
    After `max` answers without that, a lead decides.

    Attributes:
        min: the least number of answers.
        max: the most; 1 means that one answer decides.
        agree_at: the probability (0.5..1) of the best label at which the item is decided.
    """

    min: Annotated[int, Field(ge=1, le=20)] = 1
    max: Annotated[int, Field(ge=1, le=20)] = 1
    agree_at: Annotated[float, Field(gt=0.5, lt=1)] = 0.95

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.max < self.min:
            raise ValueError(f"votes.max ({self.max}) is less than votes.min ({self.min})")
        return self


class Fallback(StrEnum):
    """What happens to an item whose deadline passes without an answer."""

    HOLD = "hold"
    """It goes on waiting, and counts as overdue."""
    ESCALATE = "escalate"
    """It goes to the leads' queue."""
    MODEL = "model"
    """The model's answer is the decision; people may still correct it."""


class SafeDefault(_Part):
    """The label that is decided when the deadline passes; people may still correct it."""

    safe_default: Label


class Deadline(_Part):
    """When an answer is due, and what happens without one.

    Attributes:
        seconds: time for an answer; an event's own deadline comes before it. None: no deadline.
        fallback: what happens when it has passed.
        urgent_seconds: so long before its deadline an item goes before all that are not urgent.
    """

    seconds: Annotated[int, Field(ge=1, le=366 * 86_400)] | None = None
    fallback: Fallback | SafeDefault = Fallback.HOLD
    urgent_seconds: Annotated[int, Field(ge=0, le=366 * 86_400)] = 900


class Order(_Part):
    """In which order items are handed out.

    Attributes:
        aging_seconds: an item of the greatest value goes before one of no value that has waited
            up to so much longer. So nothing starves.
        error_cost: what it costs if this predicted label is wrong, in any unit; 1 if not named.
    """

    aging_seconds: Annotated[int, Field(ge=1, le=366 * 86_400)] = 3600
    error_cost: dict[Label, Annotated[float, Field(ge=0, le=1e12)]] = {}


class Exam(_Part):
    """Questions with known answers, with feedback, before a queue opens to a reviewer.

    Attributes:
        questions: how many.
        pass_at: the share (0..1] of right answers that opens the queue.
    """

    questions: Annotated[int, Field(ge=1, le=1000)] = 10
    pass_at: Annotated[float, Field(gt=0, le=1)] = 0.8


class Quality(_Part):
    """How the quality of answers is watched.

    Attributes:
        gold_share: share of claims that bring a hidden item whose answer is known.
        hidden_share: share of torn items that are shown without the model's answer, drawn at
            random: they tell how much the answer sways people.
        pause_below: a reviewer whose accuracy is almost surely below this is paused.
        exam: what a reviewer has to pass first.
    """

    gold_share: Annotated[float, Field(ge=0, le=0.5)] = 0.0
    hidden_share: Annotated[float, Field(ge=0, le=1)] = 0.0
    pause_below: Annotated[float, Field(gt=0, lt=1)] | None = None
    exam: Exam | None = None
