"""The route for what was done about access."""

from typing import Annotated

from fastapi import APIRouter, Depends

from services.review.api.caller import Doorkeeper
from services.review.api.cursors import Limit, below
from services.review.api.one_thread import OneThread
from services.review.api.people_bodies import AccessLogAnswer
from services.review.domain.access import Permission, User
from services.review.use_cases.people import KeepPeople

_Older = Annotated[int | None, Depends(below("access-log"))]


def router(door: Doorkeeper, people: KeepPeople) -> APIRouter:
    """`/v1/access-log`."""
    routes = APIRouter(prefix="/v1", tags=["users"], route_class=OneThread)
    Admin = Annotated[User, Depends(door.allow(Permission.ADMINISTER))]  # noqa: N806 - a type

    @routes.get("/access-log")
    def show_access_log(
        _: Admin,
        limit: Limit = 50,
        older: _Older = None,
    ) -> AccessLogAnswer:
        """Who did what about users, tokens and sessions, newest first."""
        return AccessLogAnswer.of(people.access_log(limit, older))

    return routes
