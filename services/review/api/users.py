"""Routes for users and tokens."""

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Request

from services.review.api.answers import TokenAnswer, UserAnswer
from services.review.api.bodies import NewToken, NewUser
from services.review.api.caller import Doorkeeper
from services.review.domain.access import Permission, TokenKind, User
from services.review.use_cases.access import ControlAccess


def router(door: Doorkeeper, access: ControlAccess) -> APIRouter:
    """`/v1/users`."""
    routes = APIRouter(prefix="/v1/users", tags=["users"])
    Admin = Annotated[User, Depends(door.allow(Permission.ADMINISTER))]  # noqa: N806 - a type

    @routes.post("", status_code=201)
    def add_user(body: NewUser, _: Admin) -> UserAnswer:
        """Add a user, or give one another role."""
        user = access.add_user(User(body.name, body.role))
        return UserAnswer(name=user.name, role=user.role)

    @routes.post("/{name}/tokens", status_code=201)
    def add_token(name: str, body: NewToken, _: Admin, request: Request) -> TokenAnswer:
        """Make a token; a login token comes with its one-time link."""
        ttl = timedelta(seconds=body.ttl_seconds) if body.ttl_seconds else None
        token = access.add_token(name, body.kind, ttl)
        link = f"{request.base_url}login?token={token}"
        return TokenAnswer(token=token, login_url=link if body.kind is TokenKind.LOGIN else None)

    return routes
