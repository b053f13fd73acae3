"""Routes for looking things up."""

import json
from typing import Annotated, Any

from fastapi import APIRouter, Depends

from services.review.api.answers import (
    Audits,
    ModelsAnswer,
    RecordAnswer,
    ReportAnswer,
    entry_answer,
)
from services.review.api.caller import Doorkeeper
from services.review.domain.access import Permission, User
from services.review.domain.ledger import Entry
from services.review.use_cases.records import ReadRecords
from shared.events import DecidedBy


def router(door: Doorkeeper, records: ReadRecords) -> APIRouter:
    """`/v1/decisions`, `/v1/reports` and `/v1/models`."""
    routes = APIRouter(prefix="/v1", tags=["records"])
    Reader = Annotated[User, Depends(door.allow(Permission.READ))]  # noqa: N806 - a type

    @routes.get("/decisions/{project}/{event_id}")
    def show_decision(project: str, event_id: str, _: Reader) -> RecordAnswer:
        """The whole record of an event: why it was routed so, who answered, what was decided."""
        entries = records.story(project, event_id)
        answers = [entry_answer(entry, json.loads(entry.body)) for entry in entries]
        return RecordAnswer(project=project, event_id=event_id, entries=answers)

    @routes.get("/reports/{project}")
    def show_report(project: str, _: Reader) -> ReportAnswer:
        """Counts since the project began, and the model version in force."""
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
            model=_version(report.model) if report.model else None,
        )

    @routes.get("/models/{project}")
    def list_models(project: str, _: Reader) -> ModelsAnswer:
        """Model versions, newest first."""
        return ModelsAnswer(versions=[_version(entry) for entry in records.models(project)])

    return routes


def _version(entry: Entry) -> dict[str, Any]:
    return {**json.loads(entry.body), "event": entry.detail, "at": entry.at.isoformat()}
