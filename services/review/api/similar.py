"""The route for cases like the one that is held."""

from typing import Annotated, Self

from fastapi import APIRouter, Depends
from pydantic import BaseModel

from services.review.api.caller import Doorkeeper
from services.review.api.one_thread import OneThread
from services.review.domain.access import Permission, User
from services.review.domain.similarity import Neighbour
from services.review.use_cases.resembling import FindSimilar
from shared.events import FeatureValue


class SimilarCase(BaseModel):
    """An event that people decided.

    `likeness` is 1 if no field tells it from the one that is held; `differs` names the fields that
    do, the most telling first.
    """

    event_id: str
    label: str
    features: dict[str, FeatureValue]
    likeness: float
    differs: list[str]

    @classmethod
    def of(cls, found: Neighbour) -> Self:
        """From a neighbour."""
        return cls(
            event_id=found.event_id,
            label=found.label,
            features=dict(found.features),
            likeness=found.likeness,
            differs=list(found.differs),
        )


class SimilarAnswer(BaseModel):
    """The most alike of what people decided lately; none where a reviewer judges unaided."""

    similar: list[SimilarCase]


def router(door: Doorkeeper, find: FindSimilar) -> APIRouter:
    """`/v1/leases/{lease}/similar`."""
    routes = APIRouter(prefix="/v1", tags=["items"], route_class=OneThread)
    Reviewer = Annotated[User, Depends(door.allow(Permission.REVIEW))]  # noqa: N806 - a type

    @routes.get("/leases/{lease}/similar")
    def similar_cases(lease: str, reviewer: Reviewer) -> SimilarAnswer:
        """What people decided on the events most like the one that is held, at most three."""
        return SimilarAnswer(similar=[SimilarCase.of(each) for each in find(lease, reviewer)])

    return routes
