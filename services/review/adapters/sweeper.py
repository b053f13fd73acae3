"""Sees to deadlines that have passed, every second."""

import asyncio
from collections.abc import Callable

import structlog

from shared.errors import Unavailable

log = structlog.get_logger()

_EVERY_SECONDS = 1.0


class Sweeper:
    """Runs `MeetDeadlines` for ever; several replicas may, each item is seen to once."""

    def __init__(self, meet: Callable[[], bool]) -> None:
        self._meet = meet

    async def run(self) -> None:
        """Every second, and without a pause while there is more."""
        while True:
            try:
                while await asyncio.to_thread(self._meet):
                    pass
            except Unavailable as error:
                log.warning("deadlines_wait", error=str(error))
            await asyncio.sleep(_EVERY_SECONDS)
