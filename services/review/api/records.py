"""Routes for looking things up."""

import json
from typing import Annotated

from fastapi import APIRouter, Depends, Query

from services.review.api.answers import (
    Audits,
    CapacityAnswer,
    DecisionsAnswer,
    ListedDecision,
    RecordAnswer,
    ReportAnswer,
    entry_answer,
)
from services.review.api.caller import Doorkeeper
from services.review.api.certificate_answers import PromisedAnswer
from services.review.api.cursors import (
    LARGEST,
    CursorText,
    Limit,
    not_ours,
    read,
    written,
)
from services.review.api.document import may_say
from services.review.api.model_answers import ModelAnswer
from services.review.api.one_thread import OneThread
from services.review.domain.access import Permission, User
from services.review.domain.ledger import Entry, Stretch
from services.review.errors import StillToAnswer
from services.review.use_cases.certificates import ReadCertificates
from services.review.use_cases.pages import Page
from services.review.use_cases.records import ReadRecords
from shared.events import DecidedBy

_WAYS = {"after", "before"}
_After = Annotated[
    int | None,
    Query(
        ge=0,
        le=LARGEST,
        description="A `sequence`: to follow what is decided, give that of the last decision you "
        "have, or 0.",
    ),
]


def router(door: Doorkeeper, records: ReadRecords, certificates: ReadCertificates) -> APIRouter:
    """`/v1/decisions` and `/v1/reports`."""
    routes = APIRouter(prefix="/v1", tags=["records"], route_class=OneThread)
    Reader = Annotated[User, Depends(door.allow(Permission.READ))]  # noqa: N806 - a type
    Auditor = Annotated[User, Depends(door.allow(Permission.RECORD))]  # noqa: N806 - a type

    @routes.get("/decisions/{project}")
    def list_decisions(
        project: str,
        _: Auditor,
        decided_by: Annotated[DecidedBy | None, Query()] = None,
        after: _After = None,
        limit: Limit = 50,
        cursor: CursorText = None,
    ) -> DecisionsAnswer:
        """Decisions, newest first; with `after`, all that came after it, oldest first."""
        stretch = _stretch(limit, cursor, after)
        chosen = [decided_by] if decided_by else [*DecidedBy]
        return _decisions(project, records.decisions(project, chosen, stretch), stretch)

    @routes.get("/decisions/{project}/{event_id:path}", openapi_extra=may_say(StillToAnswer))
    def show_decision(project: str, event_id: str, auditor: Auditor) -> RecordAnswer:
        """The whole record of an event: why it was routed so, who answered, what was decided."""
        entries = records.story(project, event_id, auditor)
        answers = [entry_answer(entry, json.loads(entry.body)) for entry in entries]
        return RecordAnswer(project=project, event_id=event_id, entries=answers)

    @routes.get("/reports/{project}")
    def show_report(project: str, _: Reader) -> ReportAnswer:
        """Counts since the project began, what is promised, and the model version in force."""
        report = records.report(project)
        tally = report.tally
        return ReportAnswer(
            project=project,
            events=tally.events,
            auto=tally.auto,
            waiting=report.waiting,
            leased=report.leased,
            decisions={
                DecidedBy.MODEL: tally.by_model,
                DecidedBy.REVIEWERS: tally.by_reviewers,
                DecidedBy.FALLBACK: tally.by_fallback,
            },
            corrections=tally.confirmed + tally.corrected,
            confirmed=tally.confirmed,
            corrected=tally.corrected,
            audits=Audits(
                drawn=tally.audits_drawn,
                answered=tally.audits_answered,
                wrong=tally.audits_wrong,
            ),
            automation_rate=tally.automation_rate,
            capacity=CapacityAnswer.of(report.load) if report.load else None,
            certificates=PromisedAnswer.of(certificates.promised(project)),
            model=ModelAnswer.of(report.model) if report.model else None,
        )

    return routes


def _stretch(limit: int, cursor: str | None, after: int | None) -> Stretch:
    """A cursor says on from where and in which direction; without one, `after` does."""
    if cursor is None:
        return Stretch(limit, after=after)
    way, place = read("decisions", cursor, str, int)
    if way not in _WAYS:
        raise not_ours()
    return Stretch(limit, **{str(way): int(place)})


def _decisions(project: str, page: Page[Entry], stretch: Stretch) -> DecisionsAnswer:
    way = "before" if stretch.after is None else "after"
    return DecisionsAnswer(
        project=project,
        decisions=[
            ListedDecision(
                sequence=entry.sequence,
                event_id=entry.subject,
                revision=entry.revision,
                label=json.loads(entry.body)["label"],
                decided_by=DecidedBy(entry.detail),
                decided_at=entry.at,
            )
            for entry in page.items
        ],
        next_cursor=written("decisions", way, page.last.sequence) if page.last else None,
    )
