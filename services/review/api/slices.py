"""The route for slices."""

from collections.abc import Sequence
from typing import Annotated, Self

from fastapi import APIRouter, Depends
from pydantic import BaseModel

from services.review.api.caller import Doorkeeper
from services.review.api.quality_answers import EstimateAnswer
from services.review.domain.access import Permission, User
from services.review.domain.disparity import Disparity
from services.review.domain.slices import Part, SliceReport
from services.review.use_cases.slicing import ReadSlices


class PartAnswer(BaseModel):
    """The events of one value of a slice; `error_rate` is of all of them, others of what is named.

    `correction_rate` is the share of people's answers that set the model right, `predicted` how
    often it predicts each label.
    """

    value: str
    events: int
    answers: int
    automation_rate: EstimateAnswer
    correction_rate: EstimateAnswer
    error_rate: EstimateAnswer
    predicted: dict[str, float]

    @classmethod
    def of(cls, part: Part) -> Self:
        """From a part."""
        return cls(
            value=part.value,
            events=part.events,
            answers=part.answers,
            automation_rate=EstimateAnswer.of(part.automation_rate),
            correction_rate=EstimateAnswer.of(part.correction_rate),
            error_rate=EstimateAnswer.of(part.error_rate),
            predicted=dict(part.selection_rates),
        )


class DisparityAnswer(BaseModel):
    """How far values lie apart, by the label for which that is farthest; null: not defined."""

    demographic_parity_difference: float | None
    demographic_parity_ratio: float | None
    equalized_odds_difference: float | None
    equalized_odds_ratio: float | None
    error_rate_difference: float | None

    @classmethod
    def of(cls, disparity: Disparity) -> Self:
        """From the measures."""
        return cls.model_validate({name: getattr(disparity, name) for name in cls.model_fields})


class SliceAnswer(BaseModel):
    """One slice, its values with the most events first."""

    name: str
    parts: list[PartAnswer]
    disparity: DisparityAnswer


class SlicesAnswer(BaseModel):
    """The slices that a project's file names."""

    project: str
    slices: list[SliceAnswer]

    @classmethod
    def of(cls, project: str, found: Sequence[SliceReport]) -> Self:
        """From reports."""
        slices = [
            SliceAnswer(
                name=each.name,
                parts=[PartAnswer.of(part) for part in each.parts],
                disparity=DisparityAnswer.of(each.disparity),
            )
            for each in found
        ]
        return cls(project=project, slices=slices)


def router(door: Doorkeeper, slices: ReadSlices) -> APIRouter:
    """`/v1/projects/{project}/slices`."""
    routes = APIRouter(prefix="/v1/projects", tags=["records"])
    Reader = Annotated[User, Depends(door.allow(Permission.READ))]  # noqa: N806 - a type

    @routes.get("/{project}/slices")
    def list_slices(project: str, _: Reader) -> SlicesAnswer:
        """How the model does on each part of the events, and how far these lie apart."""
        return SlicesAnswer.of(project, slices(project))

    return routes
