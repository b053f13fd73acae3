"""Routes for tokens."""

from datetime import datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import TypeAdapter, ValidationError

from services.review.api.caller import Doorkeeper
from services.review.api.cursors import CursorText, Limit, not_ours, read
from services.review.api.document import may_say
from services.review.api.one_thread import OneThread
from services.review.api.people_bodies import (
    NewToken,
    Prefix,
    Rotation,
    TokenAnswer,
    TokensAnswer,
    UserName,
)
from services.review.api.repeating import Key
from services.review.domain.access import Permission, User
from services.review.domain.tokens import TokenKind
from services.review.errors import MadeBefore
from services.review.use_cases.repeating import Once
from services.review.use_cases.tokens import KeepTokens, Order
from shared.clock import Clock
from shared.moments import Moment

_MOMENT = TypeAdapter(Moment)


def router(door: Doorkeeper, tokens: KeepTokens, clock: Clock, public_url: str | None) -> APIRouter:
    """`/v1/tokens` and `/v1/users/{name}/tokens`."""
    routes = APIRouter(prefix="/v1", tags=["users"], route_class=OneThread)
    Admin = Annotated[User, Depends(door.allow(Permission.ADMINISTER))]  # noqa: N806 - a type

    @routes.get("/tokens")
    def list_tokens(
        _: Admin,
        user: Annotated[UserName | None, Query()] = None,
        limit: Limit = 50,
        cursor: CursorText = None,
    ) -> TokensAnswer:
        """API tokens of a user or of everybody, newest first; ended ones too."""
        return TokensAnswer.of(tokens.page(user, limit, _place(cursor)), clock.now())

    @routes.post("/users/{name}/tokens", status_code=201, openapi_extra=may_say(MadeBefore))
    def add_token(
        name: str, body: NewToken, admin: Admin, request: Request, key: Key = None
    ) -> TokenAnswer:
        """Make a token; a login token comes with its one-time link."""
        ttl = timedelta(seconds=body.ttl_seconds) if body.ttl_seconds else None
        order = Order(name, body.kind, admin.name, ttl, body.description)
        once = Once.asked(key, "token", name, body.model_dump(mode="json"))
        text, token = tokens.add(order, once)
        base = (public_url or str(request.base_url)).rstrip("/")
        is_login = token.kind is TokenKind.LOGIN
        return TokenAnswer.of(text, token, f"{base}/login?token={text}" if is_login else None)

    @routes.post("/tokens/{prefix}/rotate", status_code=201, openapi_extra=may_say(MadeBefore))
    def rotate_token(prefix: Prefix, body: Rotation, admin: Admin, key: Key = None) -> TokenAnswer:
        """Make a token's successor; the old one still works for a while."""
        overlap = timedelta(seconds=body.overlap_seconds)
        once = Once.asked(key, "rotate", prefix, body.overlap_seconds)
        return TokenAnswer.of(*tokens.rotate(prefix, admin, overlap, once))

    @routes.delete("/tokens/{prefix}", status_code=204)
    def revoke_token(prefix: Prefix, admin: Admin) -> Response:
        """End a token at once."""
        tokens.revoke(prefix, admin)
        return Response(status_code=204)

    return routes


def _place(cursor: str | None) -> tuple[datetime, str] | None:
    if cursor is None:
        return None
    at, prefix = read("tokens", cursor, str, str)
    try:
        return _MOMENT.validate_python(at), str(prefix)
    except ValidationError as error:
        raise not_ours() from error
