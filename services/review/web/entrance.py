"""The way in and the way out."""

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from services.review.api.caller import Doorkeeper
from services.review.api.cookies import SessionCookie
from services.review.errors import NotAuthenticated
from services.review.use_cases.access import ControlAccess
from services.review.use_cases.tokens import SESSION_LIFETIME
from services.review.web.html import Pages, page_route, to


def router(door: Doorkeeper, access: ControlAccess, cookie: SessionCookie) -> APIRouter:
    """`/`, `/login` and `/logout`."""
    pages = Pages()
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
        cookie.set(request, response, session, int(SESSION_LIFETIME.total_seconds()))
        return response

    @routes.post("/logout")
    def log_out(request: Request) -> Response:
        """End the session; whoever has none is as well served."""
        door.refuse_other_sites(request)
        session = cookie.read(request)
        if session:
            access.log_out(session)
        response = pages.show("login.html", detail="You are logged out.")
        cookie.clear(request, response)
        return response

    return routes
