"""Work that has time: done now and then, and never at the expense of everything else."""

import asyncio
import time
from collections.abc import Callable

import structlog

from shared.errors import Unavailable

log = structlog.get_logger()


class Unhurried:
    """Does one sort of work for ever; several replicas may, the work itself sees to that."""

    def __init__(
        self, name: str, work: Callable[[], bool], every_seconds: float, rest: float = 9
    ) -> None:
        """Prepare; `run` begins.

        Args:
            name: of the work, as the log calls it.
            work: does a part of it; True if there is more to do now.
            every_seconds: the pause when there is not.
            rest: while there is, others get so many times as long as a part takes: people wait for
                the same interpreter and database.
        """
        self._waits, self._failed = f"{name}_waits", f"{name}_failed"
        self._work = work
        self._every = every_seconds
        self._rest = rest

    async def run(self) -> None:
        """Now and then, and sooner while there is more."""
        while True:
            more, began = False, time.monotonic()
            try:
                more = await asyncio.to_thread(self._work)
            except Unavailable as error:
                log.warning(self._waits, error=str(error))
            except Exception:
                log.exception(self._failed)
            pause = self._rest * (time.monotonic() - began) if more else self._every
            await asyncio.sleep(pause)
