"""Lets the observer go on, for ever."""

import asyncio
from collections.abc import Callable

import structlog

from shared.errors import Unavailable

log = structlog.get_logger()

_EVERY_SECONDS = 2.0
_REST = 4
"""It rests so many times as long as it works: people wait for the same interpreter and database."""


class Observer:
    """Every two seconds, and again after a rest where there is more."""

    def __init__(self, observe: Callable[[], bool]) -> None:
        """Prepare; `run` begins.

        Args:
            observe: looks at the next portion; True if there may be more already.
        """
        self._observe = observe

    async def run(self) -> None:
        """Go on for ever; what fails is tried again."""
        now = asyncio.get_running_loop().time
        while True:
            await asyncio.sleep(_EVERY_SECONDS)
            try:
                more = True
                while more:
                    begun = now()
                    more = await asyncio.to_thread(self._observe)
                    await asyncio.sleep(_REST * (now() - begun))
            except Unavailable as error:
                log.warning("observer_waits", error=str(error))
            except Exception:
                log.exception("observing_failed")
