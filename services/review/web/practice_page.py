"""The page on which people practise: a past event, a try, what was decided."""

from typing import Annotated

from fastapi import APIRouter, Depends
from fastapi.responses import Response

from services.review.api.caller import Doorkeeper
from services.review.domain.access import Permission, User
from services.review.errors import NothingToPractise
from services.review.use_cases.practising import Practise
from services.review.web.forms import form_of, number_of
from services.review.web.html import Pages, fields, page_route
from services.review.web.keys import KEYS

_MOST_BYTES = 4096


def router(pages: Pages, door: Doorkeeper, practise: Practise) -> APIRouter:
    """`/practice/{queue}`."""
    routes = APIRouter(
        prefix="/practice/{queue}", route_class=page_route(pages), include_in_schema=False
    )
    Reviewer = Annotated[User, Depends(door.allow(Permission.REVIEW))]  # noqa: N806 - a type
    Form = Annotated[dict[str, str], Depends(form_of(_MOST_BYTES))]  # noqa: N806 - a type

    @routes.get("")
    def show(queue: str, reviewer: Reviewer) -> Response:
        """The next exercise, or that there is none."""
        try:
            task = practise.ask(queue, reviewer)
        except NothingToPractise:
            return pages.show("practice.html", user=reviewer, queue=queue, task=None, told=None)
        return pages.show(
            "practice.html",
            user=reviewer,
            queue=queue,
            task=task,
            keys=KEYS,
            features=fields(task.case.features),
            context=fields(task.case.context),
        )

    @routes.post("")
    def answer(queue: str, reviewer: Reviewer, form: Form) -> Response:
        """What others decided."""
        told = practise.answer(queue, number_of(form, "task"), reviewer, form.get("label", ""))
        return pages.show("practice.html", user=reviewer, queue=queue, task=None, told=told)

    return routes
