"""The review page for browsers without JavaScript: one item, one form."""

from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Depends
from fastapi.responses import Response

from services.review.api.caller import Doorkeeper
from services.review.domain.access import Permission, User
from services.review.domain.showing import why
from services.review.domain.votes import Answer
from services.review.errors import LeaseLost
from services.review.use_cases.claiming import Claim, Wish
from services.review.use_cases.deciding import DecideItem
from services.review.use_cases.queues import WorkQueues
from services.review.web.forms import form_of
from services.review.web.html import Pages, fields, page_route, to
from services.review.web.words import others

_MOST_BYTES = 4096


def router(pages: Pages, door: Doorkeeper, work: WorkQueues, decide: DecideItem) -> APIRouter:
    """`/review/{queue}/plain` and what its form posts to."""
    routes = APIRouter(
        prefix="/review/{queue}", route_class=page_route(pages), include_in_schema=False
    )
    Reviewer = Annotated[User, Depends(door.allow(Permission.REVIEW))]  # noqa: N806 - a type
    Form = Annotated[dict[str, str], Depends(form_of(_MOST_BYTES))]  # noqa: N806 - a type

    @routes.get("/plain")
    def show_item(queue: str, reviewer: Reviewer) -> Response:
        """Claim one item and show it."""
        claims = work.claim(Wish(queue, 1), reviewer)
        item = _shown(claims.claims[0]) if claims.claims else None
        return pages.show(
            "plain.html", user=reviewer, queue=queue, item=item, claims=claims, others=others(queue)
        )

    @routes.post("/decide")
    def decide_item(queue: str, reviewer: Reviewer, form: Form) -> Response:
        """Decide the item that was shown, then show the next."""
        try:
            decide(form.get("lease", ""), reviewer, Answer(form.get("label", "")), 0)
        except LeaseLost as error:
            return pages.show(
                "lost.html", error.status, user=reviewer, queue=queue, detail=str(error)
            )
        return to(f"/review/{quote(queue)}/plain")

    return routes


def _shown(claim: Claim) -> dict[str, object]:
    item, case = claim.lease.item, claim.case
    prediction = case.probabilities if claim.lease.sees_model else None
    return {
        "lease": claim.lease.id,
        "event_id": item.event_id,
        "title": claim.project.configuration.title,
        "labels": claim.project.configuration.labels,
        "why": why(item, prediction, case.route.inclusion_probability),
        "prediction": prediction,
        "features": fields(case.features),
        "context": fields(case.context),
    }
