"""Logging in at a provider of identities: off to it, and back."""

import secrets
from urllib.parse import urljoin

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from services.review.api.cookies import Cookie
from services.review.errors import Forbidden, NotAuthenticated
from services.review.use_cases.federation import LogInByProvider
from services.review.web.entrance import SESSION_SECONDS
from services.review.web.html import HEADERS, Pages, page_route

_BACK = "/login/provider/back"
_PATIENCE_SECONDS = 600


def router(
    pages: Pages, log_in: LogInByProvider, cookie: Cookie, public_url: str | None
) -> APIRouter:
    """`/login/provider` and where the provider sends browsers back to.

    The session cookie is for requests from our own pages only, and this one comes from the
    provider: a page of ours asks for the next once more, and then the cookie comes along.
    """
    routes = APIRouter(route_class=page_route(pages), include_in_schema=False)
    pending = Cookie("handraise_login", public_url, same_site="lax")

    def back(request: Request) -> str:
        return urljoin(public_url or str(request.base_url), _BACK)

    @routes.get("/login/provider")
    def begin(request: Request) -> Response:
        """Send the browser to the provider; the only address outside that anybody is sent to."""
        secret = secrets.token_urlsafe(32)
        response = RedirectResponse(log_in.begin(secret, back(request)), 303, HEADERS)
        pending.set(request, response, secret, _PATIENCE_SECONDS)
        return response

    @routes.get(_BACK)
    def finish(request: Request, state: str = "", code: str = "") -> Response:
        """Open a session for whom the provider names."""
        secret = pending.read(request) or ""
        try:
            session = log_in.finish(secret, back(request), state, code)
        except (NotAuthenticated, Forbidden) as error:
            response: Response = pages.show("login.html", error.status, detail=str(error))
        else:
            response = pages.show("again.html", address="/review")
            cookie.set(request, response, session, SESSION_SECONDS)
        pending.clear(request, response)
        return response

    return routes
