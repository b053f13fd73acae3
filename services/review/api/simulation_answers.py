"""What the API answers about another policy."""

from datetime import UTC, datetime
from typing import Literal, Self

from pydantic import BaseModel

from services.review.domain.figures import Span
from services.review.domain.simulation.forecast import Compared, Forecast
from services.review.domain.simulation.support import Support


class SpanAnswer(BaseModel):
    """A value that is expected, and between which ends it comes out with 95 % probability."""

    value: float | None
    low: float | None
    high: float | None

    @classmethod
    def of(cls, span: Span) -> Self:
        """From a span."""
        return cls(value=span.value, low=span.low, high=span.high)


class ComparedAnswer(BaseModel):
    """A figure: as it was, and as both project files let expect it of the next such stretch.

    Attributes:
        unit: `share`, `events`, `s` (seconds), or `cost`, in the unit of `order.error_cost`.
        recorded: what really happened; null where the ledger does not tell.
    """

    name: str
    unit: Literal["share", "events", "s", "cost"]
    definition: str
    recorded: float | None
    now: SpanAnswer
    other: SpanAnswer

    @classmethod
    def of(cls, found: Compared) -> Self:
        """From a figure."""
        return cls(
            name=found.name,
            unit=found.unit,
            definition=found.definition,
            recorded=found.recorded,
            now=SpanAnswer.of(found.now),
            other=SpanAnswer.of(found.other),
        )


class SupportAnswer(BaseModel):
    """The error rate of what would be automatic, by people's answers alone, each weighed by 1/π.

    Attributes:
        label: the predicted one; null: all together.
        automatic: how many events would be automatic.
        answers: how many of their like people have answered.
        effective: how many answers of equal weight these are worth.
        estimate: the share of wrong ones; null without any answer.
        low: it is at least this, and ...
        high: ... at most this, with 95 % confidence.
        is_enough: false: the ledger has no support for an estimate.
    """

    label: str | None
    automatic: float
    answers: int
    effective: float
    estimate: float | None
    low: float
    high: float
    is_enough: bool

    @classmethod
    def of(cls, found: Support) -> Self:
        """From what answers tell."""
        return cls.model_validate(found, from_attributes=True)


class SimulationAnswer(BaseModel):
    """What another project file would come to, and what cannot be known of it.

    Attributes:
        reproduced: how many of the events a replay of what was in force routes as they were.
        reviewers: how many people answer in the plays.
        answer_seconds: what an answer takes them on average.
        doubts: what the ledger cannot tell, one sentence each.
    """

    project: str
    since: datetime
    until: datetime
    days: float
    events: int
    reproduced: int
    runs: int
    reviewers: int
    answer_seconds: float
    figures: list[ComparedAnswer]
    support: list[SupportAnswer]
    doubts: list[str]

    @classmethod
    def of(cls, project: str, found: Forecast) -> Self:
        """From a forecast."""
        return cls(
            project=project,
            since=datetime.fromtimestamp(found.since, UTC),
            until=datetime.fromtimestamp(found.until, UTC),
            days=found.days,
            events=found.events,
            reproduced=found.same,
            runs=found.runs,
            reviewers=found.people.reviewers,
            answer_seconds=found.people.mean_seconds,
            figures=[ComparedAnswer.of(figure) for figure in found.figures],
            support=[SupportAnswer.of(each) for each in found.support],
            doubts=[*found.doubts],
        )
