"""Logs, health and metrics, the same in every service."""

import json
import logging
import sys
import time
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

import structlog
from prometheus_client import CollectorRegistry, generate_latest

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
AsgiApp = Callable[[Scope, Receive, Send], Awaitable[None]]

_STALE_SECONDS = 15.0


def configure_logging(service: str, level: str) -> None:
    """One JSON object a line on stderr, with time, level, service and event."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level]),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    structlog.contextvars.bind_contextvars(service=service)


class Readiness:
    """Loops report that they are alive; a loop that falls silent makes the service not ready."""

    def __init__(self) -> None:
        self._beats: dict[str, float] = {}
        self.leaving = False

    def leave(self) -> None:
        """The process is told to stop: nobody should send more, and what streams should end."""
        self.leaving = True

    def expect(self, *names: str) -> None:
        """These loops must report; until they do, the service is not ready."""
        for name in names:
            self._beats.setdefault(name, float("-inf"))

    def beat(self, name: str) -> None:
        """The loop `name` is alive now."""
        self._beats[name] = time.monotonic()

    def why_not(self) -> str | None:
        """What is wrong in one sentence, or None when ready."""
        if self.leaving:
            return "it is told to stop; ask another replica"
        now = time.monotonic()
        silent = sorted(n for n, beat in self._beats.items() if now - beat > _STALE_SECONDS)
        if silent:
            return f"not alive: {', '.join(silent)}; see this service's log"
        return None if self._beats else "still starting"


class Operated:
    """Serves /health/live, /health/ready and /metrics in front of an application."""

    def __init__(self, app: AsgiApp, readiness: Readiness, registry: CollectorRegistry) -> None:
        self._app = app
        self._registry = registry
        self.readiness = readiness

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer for operations, or hand the request on."""
        path = scope.get("path") if scope["type"] == "http" else None
        if path == "/health/live":
            await _reply(send, 200, b'{"status":"live"}')
        elif path == "/health/ready":
            why = self.readiness.why_not()
            body = {"status": "ready"} if why is None else {"status": "not ready", "why": why}
            await _reply(send, 503 if why else 200, json.dumps(body).encode())
        elif path == "/metrics":
            await _reply(send, 200, generate_latest(self._registry), b"text/plain; version=0.0.4")
        else:
            await self._app(scope, receive, send)


async def _reply(
    send: Send, status: int, body: bytes, content_type: bytes = b"application/json"
) -> None:
    headers = [(b"content-type", content_type), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
