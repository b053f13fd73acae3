"""The page of suspected label errors: how many there are, and a second look at the worst."""

from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Depends
from fastapi.responses import RedirectResponse, Response

from services.review.api.caller import Doorkeeper
from services.review.domain.access import Permission, User
from services.review.domain.queue import leads_queue
from services.review.errors import Invalid
from services.review.use_cases.suspecting import LookAgain
from services.review.web.forms import form_of
from services.review.web.html import Pages, page_route, to
from services.review.web.tabs import Tabs

_MOST_BYTES = 4096
_SHOWN, _MOST = 50, 500


def router(pages: Pages, door: Doorkeeper, look_again: LookAgain, tabs: Tabs) -> APIRouter:
    """`/label-errors`."""
    routes = APIRouter(
        prefix="/label-errors", route_class=page_route(pages), include_in_schema=False
    )
    Lister = Annotated[User, Depends(door.allow(Permission.LEAD, lists=True))]  # noqa: N806 - a type
    Lead = Annotated[User, Depends(door.allow(Permission.LEAD))]  # noqa: N806 - a type
    Form = Annotated[dict[str, str], Depends(form_of(_MOST_BYTES))]  # noqa: N806 - a type

    @routes.get("")
    def begin(lead: Lister) -> RedirectResponse:
        """To the first project."""
        return tabs.first(lead, "/label-errors")

    @routes.get("/{project}")
    def show_label_errors(project: str, lead: Lead, sent: str = "") -> Response:
        """The most suspect answers; their labels are not shown, so whoever looks again is blind."""
        found = look_again.suspicions(project, _SHOWN)
        return pages.show(
            "label_errors.html",
            user=lead,
            project=project,
            projects=tabs.of(lead),
            found=found,
            most=_MOST,
            queue=leads_queue(project),
            sent=int(sent) if sent.isdecimal() and len(sent) < len(str(10 * _MOST)) else None,
        )

    @routes.post("/{project}/second-looks")
    def send(project: str, lead: Lead, form: Form) -> Response:
        """Send the worst for a second look."""
        first = _count(form.get("first", ""))
        worst = look_again.suspicions(project, first).worst
        sent = look_again.send(project, [each.suspect.event_id for each in worst], lead)
        return to(f"/label-errors/{quote(project)}?sent={len(sent)}")

    return routes


def _count(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text[:9]) <= _MOST:
        raise Invalid(f"say how many are to be looked at again, from 1 to {_MOST}")
    return int(text)
