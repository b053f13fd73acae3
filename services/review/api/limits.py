"""What is checked of every request before anything of it is parsed.

Bodies are bounded in size, in time and in depth, chunked ones too. What JSON does not allow (NaN,
half of a surrogate pair, bytes that are not UTF-8) is refused here, where the framework's own
parser would let it through.
"""

import asyncio
from collections.abc import Mapping, MutableMapping
from itertools import chain
from typing import Any

from pydantic_core import from_json
from starlette.responses import Response

from services.review.api.heads import heads
from services.review.api.outward import add
from services.review.api.problems import problem
from shared.http import WHOLE
from shared.observability import AsgiApp, Receive, Scope, Send

SAID = "handraise.said"
"""Where a request's scope has what its body says, if that is JSON."""

_BODY_SECONDS = 30.0
_API = "/v1/"
_HEADERS = ((b"x-content-type-options", b"nosniff"), (b"cache-control", b"no-store"))
_MOST_DIGITS = 20
_MOST_HEADER_BYTES = 16_384


class Limits:
    """ASGI middleware in front of the application."""

    def __init__(self, app: AsgiApp, most_bytes: int, seconds: float = _BODY_SECONDS) -> None:
        """Guard `app`.

        Args:
            app: what to guard.
            most_bytes: the largest body, in bytes.
            seconds: the longest time in which a body must have arrived.
        """
        self._app = app
        self._most_bytes = most_bytes
        self._seconds = seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse with a problem document, or hand the whole body on at once."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        said = heads(scope)
        if scope["path"].startswith(_API):
            add(scope, *_HEADERS)
        try:
            _check_headers(scope)
            read = self._body if WHOLE in scope.get("state", ()) else self._body_in_time
            body = await read(said, receive)
            if _is_json(said):
                _read_json(scope, body)
        except _Refused as error:
            await error.answer(scope, receive, send)
        except TimeoutError:
            slow = _Refused("slow-body", f"the body took over {self._seconds:g} seconds")
            await slow.answer(scope, receive, send)
        else:
            await self._app(scope, _replay(body, receive), send)

    async def _body_in_time(self, said: Mapping[bytes, bytes], receive: Receive) -> bytes:
        async with asyncio.timeout(self._seconds):
            return await self._body(said, receive)

    async def _body(self, said: Mapping[bytes, bytes], receive: Receive) -> bytes:
        if said.get(b"content-encoding", b"identity").lower() != b"identity":
            raise _Refused("content-encoding", "send the body as it is, not compressed")
        announced = said.get(b"content-length", b"0")
        if announced.isdigit() and int(announced[:_MOST_DIGITS]) > self._most_bytes:
            raise self._too_large()
        body = bytearray()
        while True:
            message = await receive()
            body += message.get("body", b"")
            if len(body) > self._most_bytes:
                raise self._too_large()
            if not message.get("more_body", False):
                return bytes(body)

    def _too_large(self) -> "_Refused":
        detail = f"bodies may have {self._most_bytes} bytes (HANDRAISE_MAX_BODY_BYTES); send less"
        return _Refused("too-large", detail)


class _Refused(Exception):
    """The request goes no further."""

    def __init__(self, slug: str, detail: str) -> None:
        super().__init__(detail)
        self._slug = slug

    async def answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Say why; what still comes of the body is not read."""
        answer: Response = problem(self._slug, str(self), {"Connection": "close"})
        await answer(scope, receive, send)


def _is_json(said: Mapping[bytes, bytes]) -> bool:
    kind = said.get(b"content-type", b"").partition(b";")[0].strip().lower()
    return kind == b"application/json" or kind.endswith(b"+json")


def _check_headers(scope: Scope) -> None:
    if sum(map(len, chain.from_iterable(scope["headers"]))) > _MOST_HEADER_BYTES:
        raise _Refused("long-headers", f"headers may have {_MOST_HEADER_BYTES} bytes")


def _read_json(scope: Scope, body: bytes) -> None:
    if body:
        try:
            scope[SAID] = from_json(body, allow_inf_nan=False, cache_strings="none")
        except ValueError as error:
            raise _Refused("invalid", f"body: {error}") from error


def _replay(body: bytes, receive: Receive) -> Receive:
    """Give the body once; afterwards what the client says, that is, that it has gone."""
    given = False

    async def give() -> MutableMapping[str, Any]:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return give
