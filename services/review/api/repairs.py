"""Routes for what is missing, and for saying it again."""

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Depends

from services.review.api.bodies import RepublishRequest
from services.review.api.caller import Doorkeeper
from services.review.api.one_thread import OneThread
from services.review.api.repair_answers import GapsAnswer, Republished
from services.review.domain.access import Permission, User
from services.review.use_cases.reconciling import Reconcile
from services.review.use_cases.republishing import Republish
from shared.clock import Clock


def router(door: Doorkeeper, reconcile: Reconcile, republish: Republish, clock: Clock) -> APIRouter:
    """`/v1/gaps`, `/v1/repair` and `/v1/republish`."""
    routes = APIRouter(prefix="/v1", tags=["repairs"], route_class=OneThread)
    Operator = Annotated[User, Depends(door.allow(Permission.OPERATE))]  # noqa: N806 - a type

    @routes.get("/gaps")
    def show_gaps(_: Operator) -> GapsAnswer:
        """What should have followed and did not; nothing is changed."""
        return GapsAnswer.of(reconcile.look())

    @routes.post("/repair")
    def repair_gaps(_: Operator) -> GapsAnswer:
        """Look now, and let what is missing follow."""
        return GapsAnswer.of(reconcile.repair())

    @routes.post("/republish", status_code=202)
    def send_again(body: RepublishRequest, _: Operator) -> Republished:
        """Send projects, decisions and corrections since a time again, with the same ids."""
        since = body.since or clock.now() - timedelta(minutes=body.minutes or 0)
        return Republished(since=since, entries=republish.since(since))

    return routes
