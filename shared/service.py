"""How every service starts: settings, logs, HTTP; SIGTERM drains and exits with 0."""

import gc
import signal
import sys
from collections.abc import Callable
from typing import TypeVar

import uvicorn
from pydantic import ValidationError

from shared.errors import Misconfigured
from shared.observability import AsgiApp, configure_logging
from shared.settings import CommonSettings

_DRAIN_SECONDS = 10

S = TypeVar("S", bound=CommonSettings)


def serve(
    name: str,
    settings_class: Callable[[], S],
    create_app: Callable[[S], AsgiApp],
    port: Callable[[S], int],
) -> None:
    """Run a service until it is told to stop; a wrong setting is one readable line."""
    try:
        settings = settings_class()
        configure_logging(name, settings.log_level)
        app = create_app(settings)
    except (ValidationError, Misconfigured) as error:
        sys.exit(f"handraise {name}: {_readable(error)}")
    signal.signal(signal.SIGTERM, _leave)  # uvicorn drains first, then raises the signal again
    gc.collect()
    gc.freeze()  # what is imported stays: no collection need look at it again
    uvicorn.run(
        app,
        host=settings.host,
        port=port(settings),
        log_level="warning",
        access_log=False,
        timeout_graceful_shutdown=_DRAIN_SECONDS,
    )


def _readable(error: ValidationError | Misconfigured) -> str:
    if isinstance(error, Misconfigured):
        return str(error)
    problems = (
        f"HANDRAISE_{'_'.join(str(part) for part in e['loc']).upper()}: {e['msg']}"
        for e in error.errors(include_url=False)
    )
    return "; ".join(problems) + " (docs/reference/settings.md lists every setting)"


def _leave(*_: object) -> None:
    sys.exit(0)
