"""Lets the reconciler go round, and what is to be said again leave."""

import asyncio
from collections.abc import Callable

import structlog

from shared.errors import Unavailable

log = structlog.get_logger()

_EVERY_SECONDS = 2.0


class Reconciler:
    """Every two seconds, for ever."""

    def __init__(self, repair: Callable[[], object], go_on: Callable[[], bool]) -> None:
        """Prepare; `run` begins.

        Args:
            repair: looks at everything once, and lets what is missing follow.
            go_on: sends a part of what is to be said again; True if there is more to send now.
        """
        self._repair = repair
        self._go_on = go_on

    async def greet(self) -> None:
        """See before anything else whether Redis is the one that we knew."""
        await self._round()

    async def run(self) -> None:
        """Go round for ever; what fails is tried again."""
        while True:
            await asyncio.sleep(_EVERY_SECONDS)
            await self._round()

    async def _round(self) -> None:
        try:
            await asyncio.to_thread(self._repair)
            more = True
            while more:
                more = await asyncio.to_thread(self._go_on)
        except Unavailable as error:
            log.warning("reconciler_waits", error=str(error))
        except Exception:
            log.exception("reconciling_failed")
