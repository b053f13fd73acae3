"""Routes for gold."""

from datetime import datetime
from typing import Annotated, Self

from fastapi import APIRouter, Depends, Response
from pydantic import BaseModel

from services.review.api.bodies import GoldRequest
from services.review.api.caller import Doorkeeper
from services.review.api.cursors import Limit, NextCursor, below, written
from services.review.api.one_thread import OneThread
from services.review.domain.access import Permission, User
from services.review.domain.gold import Gold
from services.review.use_cases.gold import KeepGold

_Older = Annotated[int | None, Depends(below("gold"))]


class GoldAnswer(BaseModel):
    """An event whose answer is known; who is not `active` is given to nobody any more."""

    id: int
    event_id: str
    label: str
    explanation: str | None
    active: bool
    added_by: str
    at: datetime

    @classmethod
    def of(cls, gold: Gold) -> Self:
        """From a gold item."""
        return cls.model_validate({name: getattr(gold, name) for name in cls.model_fields})


class GoldListAnswer(BaseModel):
    """Gold of a project, newest first."""

    gold: list[GoldAnswer]
    next_cursor: NextCursor


def router(door: Doorkeeper, keep: KeepGold) -> APIRouter:
    """`/v1/projects/{project}/gold`."""
    routes = APIRouter(
        prefix="/v1/projects/{project}/gold", tags=["reviewers"], route_class=OneThread
    )
    Lead = Annotated[User, Depends(door.allow(Permission.LEAD))]  # noqa: N806 - a type

    @routes.post("", status_code=201)
    def mark_gold(project: str, body: GoldRequest, lead: Lead) -> GoldAnswer:
        """Make an event gold that people have decided; again, to explain it otherwise."""
        gold = keep.mark(project, body.event_id, body.label, body.explanation, lead)
        return GoldAnswer.of(gold)

    @routes.get("")
    def list_gold(
        project: str,
        _: Lead,
        limit: Limit = 50,
        older: _Older = None,
    ) -> GoldListAnswer:
        """Gold, newest first, also what is given to nobody any more."""
        page = keep.page(project, limit, older)
        following = written("gold", page.last.id) if page.last else None
        return GoldListAnswer(gold=[GoldAnswer.of(g) for g in page.items], next_cursor=following)

    @routes.delete("/{event_id:path}", status_code=204)
    def retire_gold(project: str, event_id: str, lead: Lead) -> Response:
        """Give an event to nobody any more."""
        keep.retire(project, event_id, lead)
        return Response(status_code=204)

    return routes
