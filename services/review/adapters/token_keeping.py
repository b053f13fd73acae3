"""Writes down now and then when tokens were last used, so that no request has to."""

import asyncio
from collections.abc import Callable

import structlog

from shared.errors import Unavailable

log = structlog.get_logger()

_EVERY_SECONDS = 60.0


class TokenKeeping:
    """Calls `write_down` once a minute."""

    def __init__(self, write_down: Callable[[], None]) -> None:
        self._write_down = write_down

    async def run(self) -> None:
        """For ever."""
        while True:
            await asyncio.sleep(_EVERY_SECONDS)
            try:
                await asyncio.to_thread(self._write_down)
            except Unavailable as error:
                log.warning("database_away", error=str(error))
