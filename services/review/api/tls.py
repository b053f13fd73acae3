"""What browsers are told where the installation is reached over TLS: never come without it."""

from services.review.api.outward import add
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
        if self._always or scope.get("scheme") == "https":
            add(scope, _HEADER)
        await self._app(scope, receive, send)
