"""Routes for exams."""

from typing import Annotated, Any, Self

from fastapi import APIRouter, Depends, Path
from pydantic import BaseModel

from services.review.api.bodies import ExamRequest
from services.review.api.caller import Doorkeeper
from services.review.api.cursors import LARGEST
from services.review.api.document import may_say
from services.review.api.one_thread import OneThread
from services.review.domain.access import Permission, User
from services.review.errors import AlreadyAnswered, NoExam, Paused, TooFewQuestions
from services.review.use_cases.exams import Marked, Question, TakeExam
from shared.events import FeatureValue

_Question = Annotated[int, Path(ge=1, le=LARGEST)]


class QuestionAnswer(BaseModel):
    """A question of an exam; `left` counts it."""

    question: int
    title: str
    labels: list[str]
    features: dict[str, FeatureValue]
    context: dict[str, Any]
    left: int

    @classmethod
    def of(cls, asked: Question) -> Self:
        """From a question."""
        return cls(
            question=asked.id,
            title=asked.project.title,
            labels=list(asked.project.labels),
            features=dict(asked.case.features),
            context=dict(asked.case.context),
            left=asked.left,
        )


class MarkedAnswer(BaseModel):
    """The known answer to a question; `passed` is null while questions are left."""

    right: bool
    label: str
    explanation: str | None
    left: int
    passed: bool | None
    then: str

    @classmethod
    def of(cls, marked: Marked) -> Self:
        """From a marked answer."""
        return cls(
            right=marked.turn.is_right,
            label=marked.turn.gold.label,
            explanation=marked.turn.gold.explanation,
            left=marked.left,
            passed=marked.passed,
            then=marked.then,
        )


def router(door: Doorkeeper, exam: TakeExam) -> APIRouter:
    """`/v1/queues/{queue}/exam`."""
    routes = APIRouter(prefix="/v1/queues/{queue}/exam", tags=["reviewers"], route_class=OneThread)
    Reviewer = Annotated[User, Depends(door.allow(Permission.REVIEW))]  # noqa: N806 - a type

    @routes.post("", openapi_extra=may_say(Paused, NoExam, TooFewQuestions))
    def ask_question(queue: str, reviewer: Reviewer) -> QuestionAnswer:
        """The next question of the exam; the same one until it is answered."""
        return QuestionAnswer.of(exam.ask(queue, reviewer))

    @routes.post("/{question}/answer", openapi_extra=may_say(Paused, NoExam, AlreadyAnswered))
    def answer_question(
        queue: str, question: _Question, body: ExamRequest, reviewer: Reviewer
    ) -> MarkedAnswer:
        """Answer a question, and learn the known answer to it."""
        return MarkedAnswer.of(exam.answer(queue, question, reviewer, body.label))

    return routes
