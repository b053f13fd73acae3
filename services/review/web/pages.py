"""The pages for people, and the way in."""

from fastapi import FastAPI, Request
from fastapi.responses import RedirectResponse, Response

from services.review.api.caller import COOKIE, Doorkeeper
from services.review.use_cases.access import SESSION_LIFETIME, ControlAccess
from services.review.use_cases.projects import KeepProjects


def install(app: FastAPI, door: Doorkeeper, access: ControlAccess, keep: KeepProjects) -> None:
    """Add the pages to the application."""

    @app.get("/login", include_in_schema=False)
    def log_in(token: str, request: Request) -> Response:
        """Exchange a one-time link for a session."""
        session = access.log_in(token)
        response = RedirectResponse("/review", status_code=303)
        response.set_cookie(
            COOKIE,
            session,
            max_age=int(SESSION_LIFETIME.total_seconds()),
            httponly=True,
            samesite="strict",
            secure=request.url.scheme == "https",
        )
        return response
