"""The way in and the way out."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import RedirectResponse, Response

from services.review.api.caller import Doorkeeper, address_of
from services.review.api.cookies import Cookie
from services.review.errors import NotAuthenticated, TooManyAttempts
from services.review.use_cases.access import ControlAccess
from services.review.use_cases.passwords import KeepPasswords
from services.review.use_cases.tokens import SESSION_LIFETIME
from services.review.web.forms import form_of
from services.review.web.html import Pages, page_route, to

SESSION_SECONDS = int(SESSION_LIFETIME.total_seconds())
_MOST_BYTES = 4096


def links(pages: Pages, door: Doorkeeper, access: ControlAccess, cookie: Cookie) -> APIRouter:
    """`/`, `/login` and `/logout`."""
    routes = APIRouter(route_class=page_route(pages), include_in_schema=False)

    @routes.get("/")
    def front_door() -> RedirectResponse:
        return to("/review")

    @routes.get("/login")
    def log_in(request: Request, token: str | None = None) -> Response:
        """Show the ways in, or exchange a one-time link for a session."""
        if token is None:
            return pages.show("login.html", detail="")
        try:
            session = access.log_in(token)
        except NotAuthenticated:
            detail = "This login link is used up, too old or incomplete."
            return pages.show("login.html", NotAuthenticated.status, detail=detail)
        response = to("/review")
        cookie.set(request, response, session, SESSION_SECONDS)
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


def by_password(
    pages: Pages, door: Doorkeeper, passwords: KeepPasswords, cookie: Cookie
) -> APIRouter:
    """What the form of `/login` posts to."""
    routes = APIRouter(route_class=page_route(pages), include_in_schema=False)
    Form = Annotated[dict[str, str], Depends(form_of(_MOST_BYTES))]  # noqa: N806 - a type

    @routes.post("/login")
    def log_in(request: Request, form: Form) -> Response:
        """Open a session for whoever knows the password."""
        door.refuse_other_sites(request)
        name, password = form.get("name", "").strip(), form.get("password", "")
        try:
            session = passwords.log_in(name, password, address_of(request))
        except NotAuthenticated:
            detail = "Name and password do not belong together."
            return pages.show("login.html", NotAuthenticated.status, detail=detail)
        except TooManyAttempts as error:
            detail = f"Wrong passwords were given too often: {error}."
            response: Response = pages.show("login.html", error.status, detail=detail)
            response.headers["Retry-After"] = str(error.retry_after)
            return response
        response = to("/review")
        cookie.set(request, response, session, SESSION_SECONDS)
        return response

    return routes
