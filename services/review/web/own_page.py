"""The page on which people see who and how good they are, practise, and log out."""

from dataclasses import dataclass
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from services.review.api.caller import Doorkeeper, address_of
from services.review.api.cookies import Cookie
from services.review.api.zones import zone_of
from services.review.domain.access import ADMIN, Permission, User
from services.review.domain.passwords import LEAST_CHARACTERS
from services.review.errors import Forbidden, Invalid, TooManyAttempts
from services.review.use_cases.measuring import MeasureReviewers
from services.review.use_cases.passwords import KeepPasswords
from services.review.web.entrance import SESSION_SECONDS
from services.review.web.forms import form_of
from services.review.web.html import Pages, page_route, to
from services.review.web.tabs import Tabs

_MOST_BYTES = 4096
_YEAR = 365 * 86_400


@dataclass(frozen=True, slots=True)
class Cookies:
    """What a browser keeps: who it is; of whose owner asked for streaks, the time zone too."""

    session: Cookie
    streaks: Cookie


def router(
    pages: Pages,
    door: Doorkeeper,
    passwords: KeepPasswords,
    measure: MeasureReviewers,
    tabs: Tabs,
    cookies: Cookies,
) -> APIRouter:
    """`/me`."""
    routes = APIRouter(prefix="/me", route_class=page_route(pages), include_in_schema=False)
    Known = Annotated[User, Depends(door.known())]  # noqa: N806 - a type
    Form = Annotated[dict[str, str], Depends(form_of(_MOST_BYTES))]  # noqa: N806 - a type

    def show(
        request: Request, user: User, status: int = 200, *, detail: str = "", done: bool = False
    ) -> Response:
        wanted = cookies.streaks.read(request)
        zone = _zone(wanted or "")
        changeable = passwords.enabled and user != ADMIN
        return pages.show(
            "me.html",
            status,
            user=user,
            accuracies=measure.own(user.projects, user.name),
            impacts=measure.impact(user.projects, user.name),
            streaks=measure.streaks(user.projects, user.name, zone) if wanted else None,
            zone=zone.key,
            practice=tabs.of(user) if user.may(Permission.REVIEW) else [],
            changeable=changeable,
            least=LEAST_CHARACTERS,
            detail=detail,
            done=done,
        )

    @routes.get("")
    def show_me(request: Request, user: Known, changed: str = "") -> Response:
        """Who is logged in, and what they may do about it."""
        return show(request, user, done=bool(changed))

    @routes.post("/streaks")
    def choose_streaks(request: Request, _: Known, form: Form) -> Response:
        """Show streaks in this browser from now on, in days of its zone, or no more."""
        response = to("/me")
        if form.get("show"):
            cookies.streaks.set(request, response, _zone(form.get("zone", "")).key, _YEAR)
        else:
            cookies.streaks.clear(request, response)
        return response

    @routes.post("/password")
    def change_password(request: Request, user: Known, form: Form) -> Response:
        """Change one's own password; other sessions end, this one goes on as a new one."""
        new = form.get("new", "")
        if new != form.get("again", ""):
            return show(
                request, user, Invalid.status, detail="the new passwords differ; give both again"
            )
        try:
            passwords.change(user, form.get("old", ""), new, address_of(request))
        except (Forbidden, Invalid, TooManyAttempts) as error:
            return show(request, user, error.status, detail=str(error))
        response = to("/me?changed=yes")
        cookies.session.set(request, response, passwords.open_session(user), SESSION_SECONDS)
        return response

    return routes


def _zone(name: str) -> ZoneInfo:
    """The zone of that name; UTC where a browser told none that is known."""
    try:
        return zone_of(name)
    except Invalid:
        return ZoneInfo("UTC")
