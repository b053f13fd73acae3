"""Routes on which people learn how they themselves are doing."""

from typing import Annotated

from fastapi import APIRouter, Depends

from services.review.api.caller import Doorkeeper
from services.review.api.one_thread import OneThread
from services.review.api.quality_answers import (
    EstimateAnswer,
    ImpactAnswer,
    OwnImpactAnswer,
    OwnQualityAnswer,
    OwnStreaksAnswer,
    StreakAnswer,
)
from services.review.api.zones import Zone, zone_of
from services.review.domain.access import User
from services.review.use_cases.measuring import MeasureReviewers


def router(door: Doorkeeper, measure: MeasureReviewers) -> APIRouter:
    """`/v1/users/me/quality`, `/impact` and `/streaks`."""
    routes = APIRouter(prefix="/v1/users/me", tags=["reviewers"], route_class=OneThread)
    Known = Annotated[User, Depends(door.known())]  # noqa: N806 - a type

    @routes.get("/quality")
    def show_own_quality(caller: Known) -> OwnQualityAnswer:
        """One's own accuracy, with its interval."""
        found = measure.own(caller.projects, caller.name)
        return OwnQualityAnswer(projects={n: EstimateAnswer.of(e) for n, e in found.items()})

    @routes.get("/impact")
    def show_own_impact(caller: Known) -> OwnImpactAnswer:
        """What one's own answers came to, those of the last day left out."""
        found = measure.impact(caller.projects, caller.name)
        return OwnImpactAnswer(projects={n: ImpactAnswer.of(i) for n, i in found.items()})

    @routes.get("/streaks")
    def show_own_streaks(caller: Known, zone: Zone = "UTC") -> OwnStreaksAnswer:
        """For who asks: days in a row on which one's own answers stood."""
        found = measure.streaks(caller.projects, caller.name, zone_of(zone))
        return OwnStreaksAnswer(projects={n: StreakAnswer.of(s) for n, s in found.items()})

    return routes
