"""Sees to deadlines that have passed, and to more work than people can do, every second."""

import asyncio
from collections.abc import Callable

import structlog

from shared.errors import Unavailable

log = structlog.get_logger()

_EVERY_SECONDS = 1.0


class Sweeper:
    """Runs `MeetDeadlines` and `RelieveQueues` for ever.

    Several replicas may: each item is seen to once.
    """

    def __init__(self, *seeing_to: Callable[[], bool]) -> None:
        self._seeing_to = seeing_to

    async def run(self) -> None:
        """Every second, and without a pause while there is more."""
        while True:
            try:
                for see_to in self._seeing_to:
                    while await asyncio.to_thread(see_to):
                        pass
            except Unavailable as error:
                log.warning("deadlines_wait", error=str(error))
            await asyncio.sleep(_EVERY_SECONDS)
