"""What is done once a minute about access, so that no request has to."""

import asyncio
from collections.abc import Callable

import structlog

from shared.errors import Unavailable

log = structlog.get_logger()

_EVERY_SECONDS = 60.0


class AccessKeeping:
    """Does a few small tasks once a minute."""

    def __init__(self, *tasks: Callable[[], None]) -> None:
        self._tasks = tasks

    async def run(self) -> None:
        """For ever."""
        while True:
            await asyncio.sleep(_EVERY_SECONDS)
            for task in self._tasks:
                try:
                    await asyncio.to_thread(task)
                except Unavailable as error:
                    log.warning("database_away", error=str(error))
