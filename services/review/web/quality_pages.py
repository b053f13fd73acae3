"""The pages on which leads look after reviewers and gold; plain forms, no script."""

from datetime import UTC, datetime
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Depends, FastAPI
from fastapi.responses import RedirectResponse, Response
from pydantic import TypeAdapter, ValidationError

from services.review.api.bodies import Reason
from services.review.api.caller import Doorkeeper
from services.review.api.cursors import below, written
from services.review.api.serving import serve
from services.review.domain.access import Permission, User
from services.review.domain.queue import appeals_queue, leads_queue
from services.review.errors import Invalid
from services.review.use_cases.desk import Desk
from services.review.web.forms import form_of
from services.review.web.html import Pages, page_route, to
from services.review.web.tabs import Tabs

_MOST_BYTES = 65_536
_PAGE = 50
_reason = TypeAdapter(Reason)
_Older = Annotated[int | None, Depends(below("gold"))]


def install(app: FastAPI, pages: Pages, door: Doorkeeper, desk: Desk, tabs: Tabs) -> None:
    """Add the pages to the application."""
    serve(app, _reviewers(pages, door, desk, tabs))
    serve(app, _gold(pages, door, desk, tabs))


def _reviewers(pages: Pages, door: Doorkeeper, desk: Desk, tabs: Tabs) -> APIRouter:
    routes = APIRouter(prefix="/quality", route_class=page_route(pages), include_in_schema=False)
    Lister = Annotated[User, Depends(door.allow(Permission.LEAD, lists=True))]  # noqa: N806 - a type
    Lead = Annotated[User, Depends(door.allow(Permission.LEAD))]  # noqa: N806 - a type
    Form = Annotated[dict[str, str], Depends(form_of(_MOST_BYTES))]  # noqa: N806 - a type

    @routes.get("")
    def begin(lead: Lister) -> RedirectResponse:
        """To the first project."""
        return tabs.first(lead, "/quality")

    @routes.get("/{project}")
    def show_reviewers(project: str, lead: Lead, done: str = "") -> Response:
        """How each reviewer is doing, how far they agree, and what waits for a lead."""
        names = (leads_queue(project), appeals_queue(project))
        return pages.show(
            "quality.html",
            user=lead,
            project=project,
            projects=tabs.of(lead),
            exam=tabs.project(project).quality.exam,
            waiting=[desk.work.state(name, lead).state for name in names],
            reports=desk.measure.reviewers(project),
            agreement=desk.measure.agreement(project),
            anchoring=desk.measure.anchoring(project),
            done=_DONE.get(done, ""),
        )

    @routes.post("/{project}/pause")
    def pause(project: str, lead: Lead, form: Form) -> Response:
        """Let somebody claim nothing more."""
        desk.standing.pause(project, form.get("reviewer", ""), lead, _why(form))
        return to(f"/quality/{quote(project)}?done=paused")

    @routes.post("/{project}/resume")
    def resume(project: str, lead: Lead, form: Form) -> Response:
        """Let somebody work."""
        desk.standing.resume(project, form.get("reviewer", ""), lead, _why(form))
        return to(f"/quality/{quote(project)}?done=resumed")

    @routes.post("/{project}/revoke")
    def revoke(project: str, lead: Lead, form: Form) -> Response:
        """Take all answers since a moment back."""
        reviewer = form.get("reviewer", "")
        desk.revoke(project, reviewer, _moment(form.get("since", "")), lead, _why(form))
        return to(f"/quality/{quote(project)}?done=revoked")

    return routes


def _gold(pages: Pages, door: Doorkeeper, desk: Desk, tabs: Tabs) -> APIRouter:
    routes = APIRouter(prefix="/gold", route_class=page_route(pages), include_in_schema=False)
    Lead = Annotated[User, Depends(door.allow(Permission.LEAD))]  # noqa: N806 - a type
    Form = Annotated[dict[str, str], Depends(form_of(_MOST_BYTES))]  # noqa: N806 - a type

    @routes.get("/{project}")
    def show_gold(project: str, lead: Lead, older: _Older = None) -> Response:
        """Events whose answer is known, newest first."""
        page = desk.gold.page(project, _PAGE, older)
        following = written("gold", page.last.id) if page.last else None
        return pages.show(
            "gold.html",
            user=lead,
            project=project,
            projects=tabs.of(lead),
            gold=page.items,
            following=following,
        )

    @routes.post("/{project}")
    def mark(project: str, lead: Lead, form: Form) -> Response:
        """Make an event gold that people have decided."""
        explanation = form.get("explanation", "").strip() or None
        desk.gold.mark(
            project, form.get("event_id", "").strip(), form.get("label", ""), explanation, lead
        )
        return to(f"/gold/{quote(project)}")

    @routes.post("/{project}/retire")
    def retire(project: str, lead: Lead, form: Form) -> Response:
        """Give an event to nobody any more."""
        desk.gold.retire(project, form.get("event_id", ""), lead)
        return to(f"/gold/{quote(project)}")

    return routes


_DONE = {
    "paused": "They claim nothing more; what they hold they may still answer.",
    "resumed": "They may work from now on; what led to a pause no longer counts.",
    "revoked": "Their answers no longer count, and what rested on them is decided again.",
}


def _why(form: dict[str, str]) -> str:
    try:
        return _reason.validate_python(form.get("reason", "").strip())
    except ValidationError as error:
        raise Invalid("say in a few words why; it is kept in the record") from error


def _moment(text: str) -> datetime:
    """What a field of a form says, which knows no zone: UTC."""
    try:
        return datetime.fromisoformat(text).replace(tzinfo=UTC)
    except ValueError as error:
        raise Invalid("say since when, as in 2026-03-04T09:00 (UTC)") from error
