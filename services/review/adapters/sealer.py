"""Seals the ledger every few seconds, beside everything else that is done."""

import asyncio
from collections.abc import Callable

import structlog

from shared.errors import Unavailable

log = structlog.get_logger()

_EVERY_SECONDS = 5.0
_BETWEEN_SECONDS = 0.05
"""A pause for others while there is much to be sealed."""


class Sealer:
    """Runs `SealLedger` for ever; several replicas may, one of them seals."""

    def __init__(self, seal: Callable[[], bool]) -> None:
        self._seal = seal

    async def run(self) -> None:
        """Every few seconds, and sooner while there is more."""
        while True:
            more = False
            try:
                more = await asyncio.to_thread(self._seal)
            except Unavailable as error:
                log.warning("ledger_waits_to_be_sealed", error=str(error))
            except Exception:
                log.exception("sealing_failed")
            await asyncio.sleep(_BETWEEN_SECONDS if more else _EVERY_SECONDS)
