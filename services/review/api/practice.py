"""Routes for practice."""

from typing import Annotated, Any, Self

from fastapi import APIRouter, Depends, Path
from pydantic import BaseModel

from services.review.api.bodies import ExamRequest
from services.review.api.caller import Doorkeeper
from services.review.api.cursors import LARGEST
from services.review.api.document import may_say
from services.review.api.one_thread import OneThread
from services.review.domain.access import Permission, User
from services.review.errors import NothingToPractise
from services.review.use_cases.practising import Feedback, Practise, Task
from shared.events import FeatureValue

_Exercise = Annotated[int, Path(ge=1, le=LARGEST)]


class ExerciseAnswer(BaseModel):
    """A past event, without what people decided on it."""

    exercise: int
    title: str
    labels: list[str]
    features: dict[str, FeatureValue]
    context: dict[str, Any]

    @classmethod
    def of(cls, task: Task) -> Self:
        """From a task."""
        return cls(
            exercise=task.id,
            title=task.project.title,
            labels=list(task.project.labels),
            features=dict(task.case.features),
            context=dict(task.case.context),
        )


class FeedbackAnswer(BaseModel):
    """What people decided, and what the model had said, if there was one.

    `explanation` is what a lead wrote who had once made the event gold.
    """

    right: bool
    label: str
    predicted: str | None
    explanation: str | None

    @classmethod
    def of(cls, feedback: Feedback) -> Self:
        """From a feedback."""
        exercise = feedback.exercise
        return cls(
            right=feedback.is_right,
            label=exercise.label,
            predicted=exercise.predicted,
            explanation=exercise.explanation,
        )


def router(door: Doorkeeper, practise: Practise) -> APIRouter:
    """`/v1/queues/{queue}/practice`."""
    routes = APIRouter(
        prefix="/v1/queues/{queue}/practice", tags=["reviewers"], route_class=OneThread
    )
    Reviewer = Annotated[User, Depends(door.allow(Permission.REVIEW))]  # noqa: N806 - a type

    @routes.get("", openapi_extra=may_say(NothingToPractise))
    def show_exercise(queue: str, reviewer: Reviewer) -> ExerciseAnswer:
        """The newest event that others decided and the caller has not seen."""
        return ExerciseAnswer.of(practise.ask(queue, reviewer))

    @routes.post("/{exercise}/answer")
    def answer_exercise(
        queue: str, exercise: _Exercise, body: ExamRequest, reviewer: Reviewer
    ) -> FeedbackAnswer:
        """Try an answer, and learn what people decided; nothing of it counts."""
        return FeedbackAnswer.of(practise.answer(queue, exercise, reviewer, body.label))

    return routes
