"""What leaves: each answer with the headers it is to have, long ones portion by portion.

A server takes what it is given, however long, and keeps what the other side has not read; but
before it takes more it waits. So of an answer that nobody reads it keeps two portions, not all.
"""

from collections.abc import MutableMapping
from typing import Any

from shared.observability import AsgiApp, Receive, Scope, Send

_MOST_BYTES = 32_768
_ADDED = "handraise.added"


class Outward:
    """ASGI middleware in front of all that calls `add`."""

    def __init__(self, app: AsgiApp) -> None:
        """Look after what `app` answers."""
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Complete the headers, and divide what is longer than a portion."""

        async def send_out(message: MutableMapping[str, Any]) -> None:
            if message["type"] == "http.response.start":
                await send({**message, "headers": _completed(scope, message)})
            elif len(message.get("body", b"")) <= _MOST_BYTES:
                await send(message)
            else:
                await _send_in_portions(message, send)

        await self._app(scope, receive, send_out)


def add(scope: Scope, *headers: tuple[bytes, bytes]) -> None:
    """Let the answer to a request have these headers, unless it says otherwise itself."""
    scope.setdefault(_ADDED, []).extend(headers)


def _completed(scope: Scope, message: MutableMapping[str, Any]) -> list[tuple[bytes, bytes]]:
    headers = list(message.get("headers", ()))
    said = {name.lower() for name, _ in headers}
    headers += [header for header in scope.get(_ADDED, ()) if header[0] not in said]
    return headers


async def _send_in_portions(message: MutableMapping[str, Any], send: Send) -> None:
    body: bytes = message["body"]
    last = (len(body) - 1) // _MOST_BYTES * _MOST_BYTES
    for start in range(0, last, _MOST_BYTES):
        portion = body[start : start + _MOST_BYTES]
        await send({**message, "body": portion, "more_body": True})
    await send({**message, "body": body[last:]})
