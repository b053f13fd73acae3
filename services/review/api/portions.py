"""Long answers leave portion by portion.

A server takes what it is given, however long, and keeps what the other side has not read; but
before it takes more it waits. So of an answer that nobody reads it keeps two portions, not all.
"""

from collections.abc import MutableMapping
from typing import Any

from shared.observability import AsgiApp, Receive, Scope, Send

_MOST_BYTES = 32_768


class Portions:
    """ASGI middleware in front of the application."""

    def __init__(self, app: AsgiApp) -> None:
        """Guard `app`."""
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Divide what is longer than a portion."""

        async def send_in_portions(message: MutableMapping[str, Any]) -> None:
            body: bytes = message.get("body", b"")
            last = max(0, len(body) - 1) // _MOST_BYTES * _MOST_BYTES
            for start in range(0, last, _MOST_BYTES):
                portion = body[start : start + _MOST_BYTES]
                await send({**message, "body": portion, "more_body": True})
            await send({**message, "body": body[last:]} if last else message)

        await self._app(scope, receive, send_in_portions)
