"""Routes for model versions."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query
from pydantic import BaseModel, Field

from services.review.api.bodies import Body
from services.review.api.caller import Doorkeeper
from services.review.api.cursors import CursorText, Limit, read, written
from services.review.api.dead_letter_bodies import Why
from services.review.api.document import may_say
from services.review.api.model_answers import ModelAnswer, ModelsAnswer
from services.review.api.one_thread import OneThread
from services.review.api.repeating import Key
from services.review.domain.access import Permission, User
from services.review.domain.versions import State
from services.review.errors import WrongState
from services.review.use_cases.models import KeepModels
from services.review.use_cases.repeating import Once
from services.review.use_cases.requesting import AskForCandidate, Wanted, Whom
from shared.events import EventId

_HIGHEST = 2**31 - 1
Number = Annotated[int, Path(ge=1, le=_HIGHEST)]


class PromotionRequest(Body):
    """Why a candidate is approved or rejected."""

    reason: Why


class RollbackRequest(Body):
    """To which version to go back, and why."""

    version: Annotated[int, Field(ge=1, le=_HIGHEST)]
    reason: Why


class OfferRequest(Body):
    """Without whom a version is to be offered, and why.

    Attributes:
        whom: a reviewer's answers are left out, or all that was learned of a subject, one event.
        name: the reviewer's name, or the event's id.
    """

    whom: Whom
    name: EventId
    reason: Why


class OfferAnswer(BaseModel):
    """What is being learned again, to be offered."""

    version: int
    whom: Whom
    name: str


def router(door: Doorkeeper, keep: KeepModels, ask: AskForCandidate) -> APIRouter:
    """`/v1/models`."""
    routes = APIRouter(prefix="/v1/models/{project}", tags=["models"], route_class=OneThread)
    Reader = Annotated[User, Depends(door.allow(Permission.READ))]  # noqa: N806 - a type
    Approver = Annotated[User, Depends(door.allow(Permission.PROMOTE))]  # noqa: N806 - a type
    unless = may_say(WrongState)

    @routes.get("")
    def list_models(
        project: str,
        _: Reader,
        state: Annotated[State | None, Query(description="Only those that are this.")] = None,
        limit: Limit = 50,
        cursor: CursorText = None,
    ) -> ModelsAnswer:
        """Model versions, newest first."""
        older = int(read("models", cursor, int)[0]) if cursor is not None else None
        page = keep.page(project, limit, older, state)
        return ModelsAnswer(
            versions=[ModelAnswer.of(version) for version in page.items],
            next_cursor=written("models", page.last.number) if page.last else None,
        )

    @routes.get("/{version}")
    def show_model(project: str, version: Number, _: Reader) -> ModelAnswer:
        """One version, with how it did beside the champion."""
        return ModelAnswer.of(keep.get(project, version))

    @routes.post("/{version}/promote", openapi_extra=unless)
    def promote_model(
        project: str, version: Number, body: PromotionRequest, approver: Approver
    ) -> ModelAnswer:
        """Approve a candidate: it serves within a second."""
        return ModelAnswer.of(keep.promote(project, version, approver, body.reason))

    @routes.post("/{version}/reject", openapi_extra=unless)
    def reject_model(
        project: str, version: Number, body: PromotionRequest, approver: Approver
    ) -> ModelAnswer:
        """Reject a candidate: it never serves."""
        return ModelAnswer.of(keep.reject(project, version, approver, body.reason))

    @routes.post("/rollback", openapi_extra=unless)
    def roll_back_model(project: str, body: RollbackRequest, approver: Approver) -> ModelAnswer:
        """Go back to a version that served; until you approve a newer one, it stays."""
        return ModelAnswer.of(keep.roll_back(project, body.version, approver, body.reason))

    @routes.post("/{version}/offer", status_code=202, openapi_extra=unless)
    def offer_model(
        project: str, version: Number, body: OfferRequest, approver: Approver, key: Key = None
    ) -> OfferAnswer:
        """Learn a version again without somebody: a candidate, once that is done.

        The newest versions tell of it: a candidate that waits for a person, or a version that was
        refused, with the reason.
        """
        wanted = Wanted(body.whom, body.name, body.reason)
        said = (project, version, body.whom, body.name, body.reason)
        ask(project, version, approver, wanted, Once.asked(key, "offer", *said))
        return OfferAnswer(version=version, whom=body.whom, name=body.name)

    return routes
