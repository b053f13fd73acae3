"""When the system may decide alone."""

from enum import StrEnum
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from shared.project.rules import Checks, Rule, SliceName


class AuditTiming(StrEnum):
    """When a sure event that was drawn for a check is decided."""

    HOLD = "hold"
    """It waits for its person, whose answer is its one decision."""
    AFTER = "after"
    """It is decided at once like its neighbours; a person who disagrees amends that."""


class WhenOver(StrEnum):
    """What becomes of events for which there are too few people."""

    WAIT = "wait"
    """They wait, however long it takes."""
    FALLBACK = "fallback"
    """The newest are decided by `deadline.fallback`, and leave the queue."""


class Capacity(BaseModel):
    """How many answers people can give, and what happens when more are needed.

    Random checks, and what a rule or a stop sends to people, always wait for them.

    Attributes:
        answers_an_hour: of all people together.
        hours: so many hours of work may wait undecided; more is over capacity.
        when_over: what happens then.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    answers_an_hour: Annotated[float, Field(gt=0, le=1e9)]
    hours: Annotated[float, Field(gt=0, le=8784)] = 8.0
    when_over: WhenOver = WhenOver.WAIT

    @property
    def most_waiting(self) -> int:
        """How many events may wait undecided, at least one."""
        return max(1, int(self.answers_an_hour * self.hours))


class Policy(BaseModel):
    """When the system may decide alone.

    The promise: of each `window` events that the model decides alone, at most the share
    `error_rate` is wrong, with this `confidence`; for each predicted label by itself, and for
    each slice by which the project certifies.

    Attributes:
        error_rate: share (0..1] of wrong ones allowed. 1 promises nothing: the model then decides
            whatever `auto_margin` lets through.
        confidence: probability (0..1) with which the promise is kept in each block of events.
        joint: so many promises, of labels and slices, are to hold together with this confidence.
        window: how many automatic decisions make a block. error_rate x window wrong ones are
            allowed in it: the more, the fewer events people have to see. Best 2000 and above.
        miss_rate: share [0..1) of errors that people overlook in a random check.
        certify_by: slices of which each value gets a promise of its own.
        auto_margin: least difference between the two highest probabilities [0..1] for an
            automatic decision, whatever else allows it.
        audit_probability: least chance (0..1] with which an event that could be decided alone is
            given to a person all the same. Never zero: without it nobody can say how often
            the automatic decisions are wrong. Not given: what costs the fewest reviews.
        audit_more: events that are checked with a higher probability, such as those that might be
            of a rare label: they teach the model and show its errors there. Where several apply,
            the highest counts. The promise stays as it is, and costs as many checks as before.
        audits: whether an event that is drawn waits for its person, or is decided at once and
            amended if the person disagrees.
        review_cost: what an answer of a person costs, in the unit of `order.error_cost`. Where an
            error is expected to cost more, people decide although the promise would allow more.
        confirm_wrong: whether an error that one person finds in a check has to be confirmed by a
            second one before it counts. Turn it off where only one person answers.
        rules: events that people decide, however sure the model is.
        capacity: how many answers people can give, and what happens when more are needed.
        novelty_above: people also decide what is farther than this [0..1) from what was learned,
            as the prediction says.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    error_rate: Annotated[float, Field(gt=0, le=1)] = 0.05
    confidence: Annotated[float, Field(gt=0, lt=1)] = 0.95
    joint: Annotated[int, Field(ge=1, le=10_000)] = 1
    window: Annotated[int, Field(ge=1, le=1_000_000)] = 10_000
    miss_rate: Annotated[float, Field(ge=0, lt=1)] = 0.0
    certify_by: Annotated[
        tuple[SliceName, ...], Field(max_length=10, json_schema_extra={"uniqueItems": True})
    ] = ()
    auto_margin: Annotated[float, Field(ge=0, le=1)] = 0.0
    audit_probability: Annotated[float, Field(gt=0, le=1)] | None = None
    audit_more: Annotated[tuple[Checks, ...], Field(max_length=100)] = ()
    audits: AuditTiming = AuditTiming.HOLD
    review_cost: Annotated[float, Field(gt=0, le=1e12)] | None = None
    confirm_wrong: bool = True
    rules: Annotated[tuple[Rule, ...], Field(max_length=100)] = ()
    capacity: Capacity | None = None
    novelty_above: Annotated[float, Field(ge=0, lt=1)] | None = None

    @property
    def promises(self) -> bool:
        """Whether anything is promised."""
        return self.error_rate < 1

    @model_validator(mode="after")
    def _slices_differ(self) -> Self:
        if len(set(self.certify_by)) != len(self.certify_by):
            raise ValueError("certify_by names a slice twice")
        if "label" in self.certify_by:
            raise ValueError("certify_by: each label has its own promise anyway; name slices only")
        return self
