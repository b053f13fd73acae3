"""Routes for what a reviewer does with an item; the most frequent is looked at first."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Response

from services.review.api.bodies import (
    DecisionRequest,
    DraftRequest,
    EscalateRequest,
    SkipRequest,
)
from services.review.api.caller import Doorkeeper
from services.review.api.cursors import LARGEST
from services.review.api.document import may_say
from services.review.api.one_thread import OneThread
from services.review.api.repeating import Key
from services.review.api.work_answers import (
    ClaimAnswer,
    DecisionAnswer,
    EscalatedAnswer,
    HeartbeatAnswer,
    LeaseAnswer,
)
from services.review.domain.access import Permission, User
from services.review.domain.votes import Answer
from services.review.errors import LeaseLost, TooLate
from services.review.use_cases.deciding import DecideItem
from services.review.use_cases.queues import WorkQueues
from services.review.use_cases.repeating import Once
from services.review.use_cases.undoing import UndoVote

_Item = Annotated[int, Path(ge=1, le=LARGEST)]


def router(door: Doorkeeper, work: WorkQueues, decide: DecideItem, undo: UndoVote) -> APIRouter:
    """`/v1/leases` and `/v1/items`."""
    routes = APIRouter(prefix="/v1", tags=["items"], route_class=OneThread)
    Reviewer = Annotated[User, Depends(door.allow(Permission.REVIEW))]  # noqa: N806 - a type

    @routes.post("/leases/{lease}/decision", status_code=201, openapi_extra=may_say(LeaseLost))
    def decide_item(
        lease: str, body: DecisionRequest, reviewer: Reviewer, key: Key = None
    ) -> DecisionAnswer:
        """Answer an item, and take the next ones in the same call."""
        answer = Answer(body.label, body.comment, body.reason_code, body.seconds_spent, key)
        return DecisionAnswer.made(*decide(lease, reviewer, answer, body.claim_next))

    @routes.post("/leases/{lease}/heartbeat", openapi_extra=may_say(LeaseLost))
    def keep_lease(lease: str, reviewer: Reviewer) -> HeartbeatAnswer:
        """Keep a lease for its full time from now on."""
        return HeartbeatAnswer(lease=LeaseAnswer.of(work.heartbeat(lease, reviewer)))

    @routes.post("/leases/{lease}/release", status_code=204)
    def release_lease(lease: str, reviewer: Reviewer) -> Response:
        """Give an item back."""
        work.release(lease, reviewer)
        return Response(status_code=204)

    @routes.post("/leases/{lease}/skip", status_code=204, openapi_extra=may_say(LeaseLost))
    def skip_item(lease: str, body: SkipRequest, reviewer: Reviewer, key: Key = None) -> Response:
        """Leave an item to others; it is never shown to the caller again."""
        work.skip(lease, reviewer, body.reason, Once.asked(key, "skip", lease, body.reason))
        return Response(status_code=204)

    @routes.post("/leases/{lease}/escalate", openapi_extra=may_say(LeaseLost))
    def escalate_item(
        lease: str, body: EscalateRequest, reviewer: Reviewer, key: Key = None
    ) -> EscalatedAnswer:
        """Let a lead decide."""
        once = Once.asked(key, "escalate", lease, body.reason)
        return EscalatedAnswer(queue=work.escalate(lease, reviewer, body.reason, once))

    @routes.put("/leases/{lease}/draft", status_code=204)
    def keep_draft(lease: str, body: DraftRequest, reviewer: Reviewer) -> Response:
        """Keep what is answered so far; the next claim of the item brings it back."""
        work.keep_draft(lease, reviewer, body.label, body.comment)
        return Response(status_code=204)

    @routes.post("/items/{item}/undo", openapi_extra=may_say(LeaseLost, TooLate))
    def undo_answer(item: _Item, reviewer: Reviewer, key: Key = None) -> ClaimAnswer:
        """Take one's own answer back, and hold the item again."""
        return ClaimAnswer.of(undo(item, reviewer, Once.asked(key, "undo", item)))

    return routes
