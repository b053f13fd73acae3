"""How every service starts: settings, logs, HTTP; SIGTERM drains and exits with 0."""

import asyncio
import gc
import socket
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from types import FrameType
from typing import TypeVar

import structlog
import uvicorn
from pydantic import ValidationError
from redis.exceptions import RedisError
from typing_extensions import override

from shared import leaving
from shared.connecting import connect_blocking
from shared.errors import HandraiseError, Misconfigured
from shared.layout import heed
from shared.observability import Operated, Readiness, configure_logging
from shared.patience import PatientHttp
from shared.settings import PREFIX, CommonSettings

log = structlog.get_logger()

_BACKLOG = 2048
_NOT_STARTED = 3

S = TypeVar("S", bound=CommonSettings)


def serve(
    name: str,
    settings_class: Callable[[], S],
    create_app: Callable[[S], Operated],
    port: Callable[[S], int],
) -> None:
    """Run a service until it is told to stop; what keeps it from starting is one readable line."""
    leaving.obey()
    try:
        settings = settings_class()
        _refuse_weaknesses(settings)
        configure_logging(name, settings.log_level)
        for variable, meant in settings.misspelt():
            log.warning("setting_unknown", variable=variable, did_you_mean=meant)
        listener = _listen(name, settings.host, port(settings))
        _heed_partitions(settings)
        app = create_app(settings)
    except (ValidationError, HandraiseError, OSError) as error:
        sys.exit(f"handraise {name}: {_readable(error)}")
    gc.collect()
    gc.freeze()  # what is imported stays: no collection need look at it again
    server = _Server(
        app.readiness,
        uvicorn.Config(
            app,
            log_level="warning",
            access_log=False,
            server_header=False,
            http=PatientHttp,
            timeout_graceful_shutdown=leaving.REQUESTS_SECONDS,
        ),
    )
    server.run(sockets=[listener])
    if not server.started:
        sys.exit(_NOT_STARTED)


class _Server(uvicorn.Server):
    """Says that it leaves before it waits for what is under way."""

    def __init__(self, readiness: Readiness, config: uvicorn.Config) -> None:
        super().__init__(config)
        self._readiness = readiness

    @override
    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        leaving.count_down()
        self._readiness.leave()
        super().handle_exit(sig, frame)  # the signal is raised again once all is done

    @override
    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        log.info("leaving", within_seconds=leaving.PROMISED_SECONDS)
        began = time.monotonic()
        await super().shutdown(sockets)
        log.info("left", seconds=round(time.monotonic() - began, 3))

    @override
    async def _wait_tasks_to_complete(self) -> None:
        """Say whom the wait was for, if it is broken off."""
        try:
            await super()._wait_tasks_to_complete()
        except asyncio.CancelledError:
            state, seconds = self.server_state, leaving.REQUESTS_SECONDS
            clients, requests = len(state.connections), len(state.tasks)
            log.warning("clients_left", seconds=seconds, clients=clients, requests=requests)
            raise


def _refuse_weaknesses(settings: CommonSettings) -> None:
    if settings.environment == "production":
        weaknesses = list(settings.weaknesses())
        if weaknesses:
            raise Misconfigured(
                f"not fit for production: {'; '.join(weaknesses)} (see docs/howto/secure.md)"
            )


def _heed_partitions(settings: CommonSettings) -> None:
    """A Redis that is away is asked later, by who watches it."""
    with suppress(RedisError, OSError), connect_blocking(settings.redis_url, 2.0) as redis:
        heed(redis, settings.keys)


def _listen(name: str, host: str, port: int) -> socket.socket:
    """Take the port before anything else is done: who cannot be reached must not consume."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=_BACKLOG)
    except OSError as error:
        raise Misconfigured(
            f"cannot listen on {host}, port {port} ({error.strerror}): choose another "
            f"{PREFIX}{name.upper()}_PORT, or stop what is listening there"
        ) from error


def _readable(error: ValidationError | HandraiseError | OSError) -> str:
    if isinstance(error, OSError):
        return f"{error.strerror}: {error.filename}; is {PREFIX}DATA_DIR there, and writable?"
    if isinstance(error, HandraiseError):
        return " ".join(str(error).split())
    problems = (
        f"{PREFIX}{'_'.join(str(part) for part in e['loc']).upper()}: {e['msg']}"
        for e in error.errors(include_url=False)
    )
    return "; ".join(problems) + " (docs/reference/settings.md lists every setting)"
