"""The pages for people, and the way in."""

from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Depends, FastAPI, Request
from fastapi.responses import RedirectResponse, Response

from services.review.api.caller import COOKIE, Doorkeeper
from services.review.domain.access import Permission, User
from services.review.errors import NotAuthenticated
from services.review.use_cases.access import SESSION_LIFETIME, ControlAccess
from services.review.use_cases.deciding import DecideItem
from services.review.use_cases.projects import KeepProjects
from services.review.use_cases.queues import WorkQueues
from services.review.web import plain
from services.review.web.html import Assets, Pages, page_route, to


def install(
    app: FastAPI,
    door: Doorkeeper,
    access: ControlAccess,
    keep: KeepProjects,
    work: WorkQueues,
    decide: DecideItem,
) -> None:
    """Add the pages to the application."""
    pages = Pages()
    app.include_router(_entrance(pages, access))
    app.include_router(_review(pages, door, keep, work))
    app.include_router(plain.router(pages, door, work, decide))
    app.mount("/static", Assets(), "static")


def _entrance(pages: Pages, access: ControlAccess) -> APIRouter:
    routes = APIRouter(route_class=page_route(pages), include_in_schema=False)

    @routes.get("/")
    def front_door() -> RedirectResponse:
        return to("/review")

    @routes.get("/login")
    def log_in(request: Request, token: str = "") -> Response:
        """Exchange a one-time link for a session."""
        try:
            session = access.log_in(token)
        except NotAuthenticated:
            detail = "This login link is used up, too old or incomplete."
            return pages.show("login.html", NotAuthenticated.status, detail=detail)
        response = to("/review")
        response.set_cookie(
            COOKIE,
            session,
            max_age=int(SESSION_LIFETIME.total_seconds()),
            httponly=True,
            samesite="strict",
            secure=request.url.scheme == "https",
        )
        return response

    return routes


def _review(pages: Pages, door: Doorkeeper, keep: KeepProjects, work: WorkQueues) -> APIRouter:
    routes = APIRouter(prefix="/review", route_class=page_route(pages), include_in_schema=False)
    Reviewer = Annotated[User, Depends(door.allow(Permission.REVIEW))]  # noqa: N806 - a type

    @routes.get("")
    def list_queues(request: Request) -> Response:
        """All queues; the only one at once. Who operates only is sent to what they work on."""
        caller = door.caller(request)
        if caller.may(Permission.OPERATE) and not caller.may(Permission.REVIEW):
            return to("/dead-letters")
        reviewer = door.allow(Permission.REVIEW)(request)
        states = work.states()
        if len(states) == 1:
            return to(f"/review/{quote(states[0][1].queue)}")
        return pages.show("queues.html", states=states, reviewer=reviewer)

    @routes.get("/{queue}")
    def review(queue: str, reviewer: Reviewer) -> Response:
        """The page on which a queue is worked; it claims by itself, through the API."""
        project = keep.get(queue).configuration
        depth = next(state.depth for _, state in work.states() if state.queue == queue)
        return pages.show("review.html", project=project, depth=depth, reviewer=reviewer)

    return routes
