"""Routes for queues."""

from typing import Annotated

from fastapi import APIRouter, Depends

from services.review.api.answers import QueueAnswer, QueuesAnswer
from services.review.api.bodies import ClaimRequest
from services.review.api.caller import Doorkeeper
from services.review.api.document import may_say
from services.review.api.one_thread import OneThread
from services.review.api.repeating import Key
from services.review.api.work_answers import ClaimsAnswer
from services.review.domain.access import Permission, User
from services.review.errors import NotQualified, Paused
from services.review.use_cases.claiming import Wish
from services.review.use_cases.queues import WorkQueues
from services.review.use_cases.repeating import Once
from shared.clock import Clock


def router(door: Doorkeeper, work: WorkQueues, clock: Clock) -> APIRouter:
    """`/v1/queues`."""
    routes = APIRouter(prefix="/v1", tags=["queues"], route_class=OneThread)
    Reviewer = Annotated[User, Depends(door.allow(Permission.REVIEW))]  # noqa: N806 - a type

    Lister = Annotated[User, Depends(door.allow(Permission.READ, lists=True))]  # noqa: N806 - a type

    @routes.get("/queues")
    def list_queues(reader: Lister) -> QueuesAnswer:
        """How each queue stands that the caller sees."""
        now = clock.now()
        return QueuesAnswer(queues=[QueueAnswer.of(queue, now) for queue in work.states(reader)])

    @routes.post("/queues/{queue}/claims", openapi_extra=may_say(Paused, NotQualified))
    def claim_items(
        queue: str, body: ClaimRequest, reviewer: Reviewer, key: Key = None
    ) -> ClaimsAnswer:
        """Lease items; nobody else gets them until the lease ends."""
        once = Once.asked(key, "claim", queue, body.limit, body.lease_seconds)
        wish = Wish(queue, body.limit, body.lease_seconds)
        return ClaimsAnswer.of(work.claim(wish, reviewer, once))

    return routes
