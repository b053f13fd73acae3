"""Routes for those who clear queues."""

from typing import Annotated

from fastapi import APIRouter, Depends, Header, Response

from services.review.api.answers import (
    ClaimsAnswer,
    DecisionAnswer,
    DecisionView,
    HeartbeatAnswer,
    LeaseAnswer,
    QueueAnswer,
    QueuesAnswer,
)
from services.review.api.bodies import ClaimRequest, DecisionRequest
from services.review.api.caller import Doorkeeper
from services.review.domain.access import Permission, User
from services.review.use_cases.deciding import Answer, DecideItem
from services.review.use_cases.queues import WorkQueues
from shared.clock import Clock


def router(door: Doorkeeper, work: WorkQueues, decide: DecideItem, clock: Clock) -> APIRouter:
    """`/v1/queues` and `/v1/leases`."""
    routes = APIRouter(prefix="/v1", tags=["queues"])
    Reviewer = Annotated[User, Depends(door.allow(Permission.REVIEW))]  # noqa: N806 - a type

    Lister = Annotated[User, Depends(door.allow(Permission.REVIEW, lists=True))]  # noqa: N806 - a type

    @routes.get("/queues")
    def list_queues(reviewer: Lister) -> QueuesAnswer:
        """How each queue stands that the caller may work."""
        now = clock.now()
        states = work.states(reviewer)
        return QueuesAnswer(queues=[QueueAnswer.of(*state, now) for state in states])

    @routes.post("/queues/{queue}/claims")
    def claim_items(queue: str, body: ClaimRequest, reviewer: Reviewer) -> ClaimsAnswer:
        """Lease items; nobody else gets them until the lease ends."""
        return ClaimsAnswer.of(work.claim(queue, reviewer, body.limit, body.lease_seconds))

    @routes.post("/leases/{lease}/heartbeat")
    def keep_lease(lease: str, reviewer: Reviewer) -> HeartbeatAnswer:
        """Keep a lease for its full time from now on."""
        return HeartbeatAnswer(lease=LeaseAnswer.of(work.heartbeat(lease, reviewer)))

    @routes.post("/leases/{lease}/release", status_code=204)
    def release_lease(lease: str, reviewer: Reviewer) -> Response:
        """Give an item back."""
        work.release(lease, reviewer)
        return Response(status_code=204)

    @routes.post("/leases/{lease}/decision", status_code=201)
    def decide_item(
        lease: str,
        body: DecisionRequest,
        reviewer: Reviewer,
        idempotency_key: Annotated[str | None, Header(max_length=200)] = None,
    ) -> DecisionAnswer:
        """Decide an item, and take the next ones in the same call."""
        answer = Answer(body.label, body.comment, body.seconds_spent, idempotency_key)
        decided, following = decide(lease, reviewer, answer, body.claim_next)
        claims = ClaimsAnswer.of(following)
        return DecisionAnswer(decision=DecisionView.of(decided), **dict(claims))

    return routes
