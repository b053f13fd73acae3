"""What runs in a child of a campaign: a service, with a fault planted or without, or the server."""

import os
import runpy
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from shared.messaging import Consumer
from tests.forked import leave_parent

Plant = Callable[[], None]
"""Changes the service before it runs; must be picklable."""

RECLAIMED = "reclaimed"
"""File in the data directory: one line for each time entries were taken over."""


def run_service(name: str, environment: Mapping[str, str], log: Path, plant: Plant | None) -> None:
    """Be a service, as `python -m services.NAME` is."""
    leave_parent(log)
    os.environ.update(environment)
    _count_reclaims(log.parent / RECLAIMED)
    if plant:
        plant()
    sys.argv = [name]
    runpy.run_module(f"services.{name}", run_name="__main__")


def run_program(command: list[str], log: Path) -> None:
    """Be another program."""
    leave_parent(log)
    os.execv(command[0], command)  # noqa: S606 - the server that we found


def _count_reclaims(path: Path) -> None:
    """Metrics die with their process; the campaign must know that its kills hit something."""
    counted = Consumer.reclaimed

    def reclaimed(self: Consumer, count: int) -> None:
        counted(self, count)
        if count:
            with path.open("a") as file:
                file.write(f"{count}\n")

    Consumer.reclaimed = reclaimed  # type: ignore[method-assign]
