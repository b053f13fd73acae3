"""Erasing what describes events."""

from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import BaseModel, Field

from services.review.api.bodies import Body, Reason
from services.review.api.caller import Doorkeeper
from services.review.domain.access import Permission, User
from services.review.use_cases.erasing import EraseSubjects, Wish
from shared.events import EventId


class ErasureRequest(Body):
    """Which events are to be erased, and why; the ids and the reason stay in the record."""

    event_ids: Annotated[list[EventId], Field(min_length=1, max_length=100)]
    reason: Reason


class ErasedAnswer(BaseModel):
    """What was erased; zeros: it was gone already.

    Attributes:
        entries: entries of the ledger whose personal part is gone now.
        letters: dead letters that were deleted.
        documents: entries that were taken out of streams.
    """

    entries: int
    letters: int
    documents: int


def router(door: Doorkeeper, erase: EraseSubjects) -> APIRouter:
    """`/v1/projects/{project}/erasures`."""
    routes = APIRouter(prefix="/v1", tags=["records"])
    Admin = Annotated[User, Depends(door.allow(Permission.ADMINISTER))]  # noqa: N806 - a type

    @routes.post("/projects/{project}/erasures")
    def erase_subjects(project: str, body: ErasureRequest, admin: Admin) -> ErasedAnswer:
        """Erase for ever what describes events: fields, context, comments; the proof stays good."""
        done = erase(project, body.event_ids, Wish(admin.name, body.reason))
        return ErasedAnswer(entries=done.entries, letters=done.letters, documents=done.documents)

    return routes
