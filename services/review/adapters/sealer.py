"""Seals the ledger every few seconds, beside everything else that is done."""

import asyncio
import time
from collections.abc import Callable

import structlog

from shared.errors import Unavailable

log = structlog.get_logger()

_EVERY_SECONDS = 5.0
_REST = 4
"""While there is much to be sealed, others get this many times as long as sealing takes."""


class Sealer:
    """Runs `SealLedger` for ever; several replicas may, one of them seals."""

    def __init__(self, seal: Callable[[], bool]) -> None:
        self._seal = seal

    async def run(self) -> None:
        """Every few seconds, and sooner while there is more."""
        while True:
            more, began = False, time.monotonic()
            try:
                more = await asyncio.to_thread(self._seal)
            except Unavailable as error:
                log.warning("ledger_waits_to_be_sealed", error=str(error))
            except Exception:
                log.exception("sealing_failed")
            pause = _REST * (time.monotonic() - began) if more else _EVERY_SECONDS
            await asyncio.sleep(pause)
