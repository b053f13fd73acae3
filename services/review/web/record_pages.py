"""The pages on which the record of decisions is read, and contested."""

import json
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Depends
from fastapi.responses import RedirectResponse, Response

from services.review.api.caller import Doorkeeper
from services.review.api.cursors import below, written
from services.review.domain.access import Permission, User
from services.review.domain.ledger import Kind, Stretch
from services.review.errors import Invalid
from services.review.use_cases.appealing import Appeal
from services.review.use_cases.records import ReadRecords
from services.review.web.forms import form_of
from services.review.web.html import Pages, page_route, to
from services.review.web.stories import Told, proof_of
from services.review.web.tabs import Tabs
from shared.events import DecidedBy

_MOST_BYTES = 65_536
_PAGE = 50
_Older = Annotated[int | None, Depends(below("records"))]


def router(
    pages: Pages, door: Doorkeeper, records: ReadRecords, appeal: Appeal, tabs: Tabs
) -> APIRouter:
    """`/records`."""
    routes = APIRouter(prefix="/records", route_class=page_route(pages), include_in_schema=False)
    Lister = Annotated[User, Depends(door.allow(Permission.RECORD, lists=True))]  # noqa: N806 - a type
    Auditor = Annotated[User, Depends(door.allow(Permission.RECORD))]  # noqa: N806 - a type
    Affected = Annotated[User, Depends(door.allow(Permission.APPEAL))]  # noqa: N806 - a type
    Form = Annotated[dict[str, str], Depends(form_of(_MOST_BYTES))]  # noqa: N806 - a type

    def story(project: str, event_id: str, auditor: User) -> Response:
        entries = [Told.of(entry) for entry in records.story(project, event_id, auditor)]
        decided = [told for told in entries if told.kind is Kind.DECIDED]
        return pages.show(
            "record.html",
            user=auditor,
            project=project,
            projects=tabs.of(auditor),
            event_id=event_id,
            entries=entries,
            decision=decided[-1].body if decided else None,
            proof=proof_of(records.prove(project, event_id, reader=auditor)),
        )

    @routes.get("")
    def begin(auditor: Lister) -> RedirectResponse:
        """To the first project."""
        return tabs.first(auditor, "/records")

    @routes.get("/{project}")
    def show(project: str, auditor: Auditor, event_id: str = "", older: _Older = None) -> Response:
        """The whole story of one event; without its id, the newest decisions."""
        if event_id:
            return story(project, event_id.strip(), auditor)
        page = records.decisions(project, [*DecidedBy], Stretch(_PAGE, before=older))
        following = written("records", page.last.sequence) if page.last else None
        return pages.show(
            "records.html",
            user=auditor,
            project=project,
            projects=tabs.of(auditor),
            decisions=[(entry, json.loads(entry.body)) for entry in page.items],
            following=following,
        )

    @routes.post("/{project}/appeal")
    def contest(project: str, caller: Affected, form: Form) -> Response:
        """Let a lead look again who has not answered it."""
        event_id, reason = form.get("event_id", ""), form.get("reason", "").strip()
        if not reason:
            raise Invalid("say why the decision is contested; the lead reads it")
        appeal(project, event_id, caller, reason)
        return to(f"/records/{project}?{urlencode({'event_id': event_id})}")

    return routes
