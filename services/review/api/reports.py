"""Route for the report of a project: what people add."""

from datetime import datetime
from typing import Annotated, Literal, Self

from fastapi import APIRouter, Depends
from pydantic import BaseModel

from services.review.api.caller import Doorkeeper
from services.review.api.certificate_answers import CertificateAnswer
from services.review.domain.access import Permission, User
from services.review.domain.figures import Figure
from services.review.domain.lift import Week
from services.review.use_cases.lifting import ReadLift
from services.review.use_cases.reporting import Contribution, ReportContribution


class FigureAnswer(BaseModel):
    """A figure with its 95 % interval and its definition.

    Attributes:
        value: null where nothing is known yet.
        low: it is at least this; null where that cannot be said.
        high: it is at most this; null where that cannot be said.
        unit: `share`, `events`, `s` (seconds), or `cost`, in the unit of `order.error_cost`.
        rests_on: on how many observations.
    """

    name: str
    value: float | None
    low: float | None
    high: float | None
    unit: Literal["share", "events", "s", "cost"]
    rests_on: int
    definition: str

    @classmethod
    def of(cls, figure: Figure) -> Self:
        """From a figure."""
        return cls.model_validate(figure, from_attributes=True)


class ContributionAnswer(BaseModel):
    """What people add to a project, and the newest certificates of what the model did alone."""

    project: str
    at: datetime
    figures: list[FigureAnswer]
    certificates: list[CertificateAnswer]

    @classmethod
    def of(cls, found: Contribution) -> Self:
        """From a report."""
        return cls(
            project=found.project,
            at=found.at,
            figures=[FigureAnswer.of(figure) for figure in found.figures],
            certificates=[CertificateAnswer.of(each) for each in found.certificates],
        )


class WeekAnswer(BaseModel):
    """Seven days and the errors that people prevented in them; `prevented.value` may be null."""

    since: datetime
    until: datetime
    prevented: FigureAnswer

    @classmethod
    def of(cls, week: Week) -> Self:
        """From a week."""
        return cls(since=week.since, until=week.until, prevented=FigureAnswer.of(week.prevented))


class WeeksAnswer(BaseModel):
    """The last eight weeks, the newest last; none before the first answer."""

    project: str
    weeks: list[WeekAnswer]


def router(door: Doorkeeper, report: ReportContribution, lift: ReadLift) -> APIRouter:
    """`/v1/reports/{project}/contribution` and `/weeks`."""
    routes = APIRouter(prefix="/v1/reports", tags=["records"])
    Auditor = Annotated[User, Depends(door.allow(Permission.RECORD))]  # noqa: N806 - a type

    @routes.get("/{project}/contribution")
    def show_contribution(project: str, _: Auditor) -> ContributionAnswer:
        """What people add: errors prevented, accuracy with and without them, time, cost."""
        return ContributionAnswer.of(report(project))

    @routes.get("/{project}/weeks")
    def show_weeks(project: str, _: Auditor) -> WeeksAnswer:
        """Errors that people prevented, week after week; the last one ends now."""
        weeks = [WeekAnswer.of(week) for week in lift(project)]
        return WeeksAnswer(project=project, weeks=weeks)

    return routes
