"""What browsers are told where the installation is reached over TLS: never come without it."""

from collections.abc import MutableMapping
from typing import Any

from shared.observability import AsgiApp, Receive, Scope, Send

_HEADER = (b"strict-transport-security", b"max-age=31536000")


class StrictTransport:
    """ASGI middleware in front of the application."""

    def __init__(self, app: AsgiApp, public_url: str | None) -> None:
        """Guard `app`, which people reach at `public_url` where a proxy stands in front."""
        self._app = app
        self._always = (public_url or "").startswith("https:")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Add the header to every answer over TLS."""
        if scope["type"] != "http" or not (self._always or scope.get("scheme") == "https"):
            await self._app(scope, receive, send)
            return

        async def send_with_header(message: MutableMapping[str, Any]) -> None:
            if message["type"] == "http.response.start":
                message = {**message, "headers": [*message.get("headers", ()), _HEADER]}
            await send(message)

        await self._app(scope, receive, send_with_header)
