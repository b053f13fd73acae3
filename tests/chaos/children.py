"""What runs in a child: a service or the server, forked from a parent that is warm.

Starting Python and importing a service takes 1-2 s; a fork of a process that has imported
everything takes a few milliseconds. This module is imported by the parent (a fork server), once.
"""

import ctypes
import gc
import importlib
import os
import runpy
import signal
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from services.retrainer import app as _retrainer
from services.review import app as _review
from services.scorer import app as _scorer
from shared.messaging import Consumer

_LAZY = (
    "anyio._backends._asyncio",
    "encodings.idna",
    "h11",
    "pydantic.v1",
    "shared.service",
    "services.retrainer.settings",
    "services.review.settings",
    "services.scorer.settings",
    "sqlalchemy.dialects.sqlite",
    "uvicorn.lifespan.on",
    "uvicorn.loops.auto",
    "uvicorn.protocols.http.auto",
    "uvicorn.protocols.websockets.auto",
)
"""Imported by a service only when it runs; here at once."""

Plant = Callable[[], None]
"""Changes the service before it runs; must be picklable."""

RECLAIMED = "reclaimed"
"""File in the data directory: one line for each time entries were taken over."""

_PR_SET_PDEATHSIG = 1

WARM = (_retrainer, _review, _scorer, *(importlib.import_module(name) for name in _LAZY))
gc.collect()
gc.freeze()


def run_service(name: str, environment: Mapping[str, str], log: Path, plant: Plant | None) -> None:
    """Be a service, as `python -m services.NAME` is."""
    _leave_parent(log)
    os.environ.update(environment)
    _count_reclaims(log.parent / RECLAIMED)
    if plant:
        plant()
    sys.argv = [name]
    runpy.run_module(f"services.{name}", run_name="__main__")


def run_program(command: list[str], log: Path) -> None:
    """Be another program."""
    _leave_parent(log)
    os.execv(command[0], command)  # noqa: S606 - the server that we found


def _leave_parent(log: Path) -> None:
    """A session of its own, output to a file, and never to outlive the campaign."""
    os.setsid()
    libc: Any = ctypes.CDLL(None)
    if hasattr(libc, "prctl"):
        libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    handle = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    os.dup2(handle, 1)
    os.dup2(handle, 2)
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)


def _count_reclaims(path: Path) -> None:
    """Metrics die with their process; the campaign must know that its kills hit something."""
    counted = Consumer.reclaimed

    def reclaimed(self: Consumer, count: int) -> None:
        counted(self, count)
        if count:
            with path.open("a") as file:
                file.write(f"{count}\n")

    Consumer.reclaimed = reclaimed  # type: ignore[method-assign]
