"""The pages for people, and the way in."""

from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Depends, FastAPI
from fastapi.responses import Response

from services.review.api.caller import Doorkeeper
from services.review.api.serving import serve
from services.review.domain.access import Permission, User
from services.review.errors import Forbidden
from services.review.use_cases.desk import Desk
from services.review.use_cases.projects import KeepProjects
from services.review.use_cases.queues import WorkQueues
from services.review.use_cases.records import ReadRecords
from services.review.web import (
    exam_page,
    label_error_page,
    plain,
    practice_page,
    quality_pages,
    queue_page,
    record_pages,
)
from services.review.web.assets import Assets
from services.review.web.html import Pages, page_route, to
from services.review.web.keys import KEYS
from services.review.web.tabs import Tabs
from services.review.web.words import others


def install(
    app: FastAPI,
    pages: Pages,
    door: Doorkeeper,
    desk: Desk,
    keep: KeepProjects,
    records: ReadRecords,
) -> None:
    """Add the pages to the application."""
    serve(app, _review(pages, door, desk.work))
    serve(app, plain.router(pages, door, desk.work, desk.decide))
    serve(app, queue_page.router(pages, door, desk.watch))
    serve(app, exam_page.router(pages, door, desk.exam))
    serve(app, practice_page.router(pages, door, desk.practise))
    serve(app, record_pages.router(pages, door, records, desk.appeal, Tabs(keep)))
    serve(app, label_error_page.router(pages, door, desk.look_again, Tabs(keep)))
    quality_pages.install(app, pages, door, desk, Tabs(keep))
    app.mount("/static", Assets(), "static")


def _review(pages: Pages, door: Doorkeeper, work: WorkQueues) -> APIRouter:
    routes = APIRouter(prefix="/review", route_class=page_route(pages), include_in_schema=False)
    Reviewer = Annotated[User, Depends(door.allow(Permission.REVIEW))]  # noqa: N806 - a type
    Known = Annotated[User, Depends(door.known())]  # noqa: N806 - a type

    @routes.get("")
    def begin(caller: Known) -> Response:
        """To the only queue at once; else to all of them."""
        if not caller.may(Permission.REVIEW):
            if caller.may(Permission.OPERATE):
                return to("/queues")
            raise Forbidden(f"the role {caller.role.value!r} may not review")
        queues = work.states(caller)
        return to(f"/review/{quote(queues[0].state.queue)}" if len(queues) == 1 else "/queues")

    @routes.get("/{queue}")
    def review(queue: str, reviewer: Reviewer) -> Response:
        """The page on which a queue is worked; it claims by itself, through the API."""
        found = work.state(queue, reviewer)
        project, depth = found.project.configuration, found.state.depth
        return pages.show(
            "review.html",
            project=project,
            queue=queue,
            depth=depth,
            user=reviewer,
            keys=KEYS,
            others=others(queue),
        )

    @routes.get("/{queue}/alike")
    def bulk(queue: str, reviewer: Reviewer) -> Response:
        """The page on which near-identical items are decided together, through the API too."""
        project = work.state(queue, reviewer).project.configuration
        return pages.show("bulk.html", project=project, queue=queue, user=reviewer, keys=KEYS)

    return routes
