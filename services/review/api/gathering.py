"""The route for items that are alike to some that are held."""

from typing import Annotated, Self

from fastapi import APIRouter, Depends
from pydantic import BaseModel

from services.review.api.bodies import AlikeRequest
from services.review.api.caller import Doorkeeper
from services.review.api.document import may_say
from services.review.api.one_thread import OneThread
from services.review.api.work_answers import ClaimAnswer
from services.review.domain.access import Permission, User
from services.review.errors import NotQualified, Paused
from services.review.use_cases.gathering import GatherAlike, Gathered


class AlikeAnswer(BaseModel):
    """Items that are alike to one of those held, held too; and how many waiting ones were compared.

    `like` is the lease of that one; null where nothing that waits is alike to any.
    """

    like: str | None
    claims: list[ClaimAnswer]
    looked_at: int

    @classmethod
    def of(cls, gathered: Gathered) -> Self:
        """From what was gathered."""
        claims = [ClaimAnswer.of(claim) for claim in gathered.claims]
        return cls(like=gathered.like, claims=claims, looked_at=gathered.looked_at)


def router(door: Doorkeeper, gather: GatherAlike) -> APIRouter:
    """`/v1/queues/{queue}/alike`."""
    routes = APIRouter(prefix="/v1", tags=["queues"], route_class=OneThread)
    Reviewer = Annotated[User, Depends(door.allow(Permission.REVIEW))]  # noqa: N806 - a type

    @routes.post("/queues/{queue}/alike", openapi_extra=may_say(Paused, NotQualified))
    def gather_alike(queue: str, body: AlikeRequest, reviewer: Reviewer) -> AlikeAnswer:
        """Lease more items that differ only in capitals, digits, spaces and last figures."""
        return AlikeAnswer.of(gather(queue, body.leases, body.limit, reviewer))

    return routes
