"""The page on which an exam is taken: a question, an answer, what was right and why."""

from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Depends
from fastapi.responses import Response

from services.review.api.caller import Doorkeeper
from services.review.domain.access import Permission, User
from services.review.errors import NoExam
from services.review.use_cases.exams import TakeExam
from services.review.web.forms import form_of, number_of
from services.review.web.html import Pages, fields, page_route, to
from services.review.web.keys import KEYS

_MOST_BYTES = 4096


def router(pages: Pages, door: Doorkeeper, exam: TakeExam) -> APIRouter:
    """`/exam/{queue}`."""
    routes = APIRouter(
        prefix="/exam/{queue}", route_class=page_route(pages), include_in_schema=False
    )
    Reviewer = Annotated[User, Depends(door.allow(Permission.REVIEW))]  # noqa: N806 - a type
    Form = Annotated[dict[str, str], Depends(form_of(_MOST_BYTES))]  # noqa: N806 - a type

    @routes.get("")
    def ask(queue: str, reviewer: Reviewer) -> Response:
        """The next question; who has none to answer is sent to the queue."""
        try:
            asked = exam.ask(queue, reviewer)
        except NoExam:
            return to(f"/review/{quote(queue)}")
        return pages.show(
            "exam.html",
            user=reviewer,
            queue=queue,
            question=asked,
            keys=KEYS,
            features=fields(asked.case.features),
            context=fields(asked.case.context),
            marked=None,
        )

    @routes.post("")
    def answer(queue: str, reviewer: Reviewer, form: Form) -> Response:
        """What was right, and why."""
        marked = exam.answer(queue, number_of(form, "question"), reviewer, form.get("label", ""))
        return pages.show("exam.html", user=reviewer, queue=queue, question=None, marked=marked)

    return routes
