"""Routes for passwords."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from pydantic import StringConstraints

from services.review.api.bodies import Body
from services.review.api.caller import Doorkeeper, address_of
from services.review.api.document import may_say
from services.review.api.one_thread import OneThread
from services.review.domain.access import Permission, User
from services.review.domain.passwords import LEAST_CHARACTERS, MOST_CHARACTERS
from services.review.errors import TooManyAttempts
from services.review.use_cases.passwords import KeepPasswords

Password = Annotated[
    str, StringConstraints(min_length=LEAST_CHARACTERS, max_length=MOST_CHARACTERS)
]


class NewPassword(Body):
    """A first password, or another."""

    password: Password


class OwnPassword(Body):
    """One's old password and the new one."""

    old: Annotated[str, StringConstraints(max_length=MOST_CHARACTERS)]
    new: Password


def router(door: Doorkeeper, passwords: KeepPasswords) -> APIRouter:
    """`/v1/users/me/password` and `/v1/users/{name}/password`."""
    routes = APIRouter(prefix="/v1/users", tags=["users"], route_class=OneThread)
    Admin = Annotated[User, Depends(door.allow(Permission.ADMINISTER))]  # noqa: N806 - a type
    Known = Annotated[User, Depends(door.known())]  # noqa: N806 - a type

    @routes.put("/me/password", status_code=204, openapi_extra=may_say(TooManyAttempts))
    def change_own_password(body: OwnPassword, caller: Known, request: Request) -> Response:
        """Change one's own password; all one's sessions end."""
        passwords.change(caller, body.old, body.new, address_of(request))
        return Response(status_code=204)

    @routes.put("/{name}/password", status_code=204)
    def set_password(name: str, body: NewPassword, admin: Admin) -> Response:
        """Give a user a first password, or another; the user's sessions end."""
        passwords.set(name, body.password, admin)
        return Response(status_code=204)

    return routes
