"""Routes for users."""

from typing import Annotated

from fastapi import APIRouter, Depends, Response

from services.review.api.caller import Doorkeeper
from services.review.api.cursors import CursorText, Limit, read
from services.review.api.one_thread import OneThread
from services.review.api.people_bodies import (
    Ended,
    MeAnswer,
    NewUser,
    UserAnswer,
    UserChange,
    UsersAnswer,
)
from services.review.domain.access import Permission, User
from services.review.use_cases.people import KeepPeople


def router(door: Doorkeeper, people: KeepPeople) -> APIRouter:
    """`/v1/users`."""
    routes = APIRouter(prefix="/v1", tags=["users"], route_class=OneThread)
    Admin = Annotated[User, Depends(door.allow(Permission.ADMINISTER))]  # noqa: N806 - a type
    Known = Annotated[User, Depends(door.known())]  # noqa: N806 - a type

    @routes.get("/users")
    def list_users(_: Admin, limit: Limit = 50, cursor: CursorText = None) -> UsersAnswer:
        """Users by name, disabled ones too."""
        after = str(read("users", cursor, str)[0]) if cursor is not None else None
        return UsersAnswer.of(people.page(limit, after))

    @routes.post("/users", status_code=201)
    def add_user(body: NewUser, admin: Admin) -> UserAnswer:
        """Add a user, or bring one to this role and these projects; also one who was disabled."""
        return UserAnswer.of(people.add(body.user(), admin))

    @routes.get("/users/me")
    def show_caller(caller: Known) -> MeAnswer:
        """Who is calling."""
        return MeAnswer.about(caller)

    @routes.get("/users/{name}")
    def show_user(name: str, _: Admin) -> UserAnswer:
        """One user."""
        return UserAnswer.of(people.get(name))

    @routes.patch("/users/{name}")
    def change_user(name: str, body: UserChange, admin: Admin) -> UserAnswer:
        """Give a user another role or other projects, from the next request on."""
        return UserAnswer.of(people.change(name, body, admin))

    @routes.delete("/users/{name}", status_code=204)
    def disable_user(name: str, admin: Admin) -> Response:
        """Let a user in no more: tokens and sessions end at once, the record keeps the name."""
        people.disable(name, admin)
        return Response(status_code=204)

    @routes.delete("/users/{name}/sessions")
    def end_sessions(name: str, admin: Admin) -> Ended:
        """Log a user out everywhere, and make unused login links void."""
        return Ended(ended=people.end_sessions(name, admin))

    return routes
