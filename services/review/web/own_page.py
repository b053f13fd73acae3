"""The page on which people see who and how good they are, change their password and log out."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from services.review.api.caller import Doorkeeper, address_of
from services.review.api.cookies import Cookie
from services.review.domain.access import ADMIN, User
from services.review.domain.passwords import LEAST_CHARACTERS
from services.review.errors import Forbidden, Invalid, TooManyAttempts
from services.review.use_cases.measuring import MeasureReviewers
from services.review.use_cases.passwords import KeepPasswords
from services.review.web.entrance import SESSION_SECONDS
from services.review.web.forms import form_of
from services.review.web.html import Pages, page_route, to

_MOST_BYTES = 4096


def router(
    pages: Pages,
    door: Doorkeeper,
    passwords: KeepPasswords,
    measure: MeasureReviewers,
    cookie: Cookie,
) -> APIRouter:
    """`/me`."""
    routes = APIRouter(prefix="/me", route_class=page_route(pages), include_in_schema=False)
    Known = Annotated[User, Depends(door.known())]  # noqa: N806 - a type
    Form = Annotated[dict[str, str], Depends(form_of(_MOST_BYTES))]  # noqa: N806 - a type

    def show(user: User, status: int = 200, *, detail: str = "", done: bool = False) -> Response:
        changeable = passwords.enabled and user != ADMIN
        return pages.show(
            "me.html",
            status,
            user=user,
            accuracies=measure.own(user.projects, user.name),
            impacts=measure.impact(user.projects, user.name),
            changeable=changeable,
            least=LEAST_CHARACTERS,
            detail=detail,
            done=done,
        )

    @routes.get("")
    def show_me(user: Known, changed: str = "") -> Response:
        """Who is logged in, and what they may do about it."""
        return show(user, done=bool(changed))

    @routes.post("/password")
    def change_password(request: Request, user: Known, form: Form) -> Response:
        """Change one's own password; other sessions end, this one goes on as a new one."""
        new = form.get("new", "")
        if new != form.get("again", ""):
            return show(user, Invalid.status, detail="the new passwords differ; give both again")
        try:
            passwords.change(user, form.get("old", ""), new, address_of(request))
        except (Forbidden, Invalid, TooManyAttempts) as error:
            return show(user, error.status, detail=str(error))
        response = to("/me?changed=yes")
        cookie.set(request, response, passwords.open_session(user), SESSION_SECONDS)
        return response

    return routes
