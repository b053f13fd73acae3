"""The route for what was done about access."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query

from services.review.api.caller import Doorkeeper
from services.review.api.dead_letter_bodies import LARGEST_ID
from services.review.api.people_bodies import AccessLogAnswer
from services.review.domain.access import Permission, User
from services.review.use_cases.people import KeepPeople

_MOST_ENTRIES = 500


def router(door: Doorkeeper, people: KeepPeople) -> APIRouter:
    """`/v1/access-log`."""
    routes = APIRouter(prefix="/v1", tags=["users"])
    Admin = Annotated[User, Depends(door.allow(Permission.ADMINISTER))]  # noqa: N806 - a type

    @routes.get("/access-log")
    def show_access_log(
        _: Admin,
        limit: Annotated[int, Query(ge=1, le=_MOST_ENTRIES)] = 50,
        before: Annotated[int | None, Query(ge=1, le=LARGEST_ID)] = None,
    ) -> AccessLogAnswer:
        """Who did what about users, tokens and sessions, newest first."""
        return AccessLogAnswer.of([*people.access_log(limit, before)], limit)

    return routes
