"""Empties the outbox into Redis: at once when rung, and every second in any case."""

import asyncio
import threading
import time
from collections.abc import Callable

import structlog

from services.review.adapters.outbox import OutboxDrain, Taken
from services.review.adapters.publisher import RedisPublisher
from services.review.metrics import Metrics
from shared.errors import Unavailable
from shared.streams import tag

log = structlog.get_logger()

_AT_ONCE = 1000
_LOOK_EVERY_SECONDS = 1.0
_LONGEST_PAUSE = 5.0
_AWAY_SECONDS = 1.0
_GATHER_SECONDS = 0.01
_REST = 4
_LONGEST_REST = 0.1
"""A first document waits for others so long, or so many times as long as the last pass took: a
pass costs as much for one as for many, and people wait for the same interpreter and database."""


class Relay:
    """Implements `ports.Bell`, and rings for itself."""

    def __init__(
        self,
        drain: OutboxDrain,
        publisher: RedisPublisher,
        metrics: Metrics,
        heartbeat: Callable[[str], None],
    ) -> None:
        self._drain = drain
        self._publisher = publisher
        self._metrics = metrics
        self._heartbeat = heartbeat
        self._one_at_a_time = threading.Lock()
        self._rung = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._away: dict[str, float] = {}

    def ring(self) -> None:
        """Something was put into the outbox; callable from any thread."""
        self._drain.when_filled(self._wake)

    def _wake(self) -> None:
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self._rung.set)

    def flush(self) -> None:
        """Return when the outbox is empty, or Redis is away (then it leaves later)."""
        try:
            while self._move():
                pass
        except Unavailable as error:
            log.warning("outbox_waits", error=str(error))

    async def run(self) -> None:
        """Relay for ever; what cannot leave now is tried again."""
        self._loop = asyncio.get_running_loop()
        now, pause = self._loop.time, 0.05
        while True:
            self._rung.clear()
            begun = now()
            try:
                while await asyncio.to_thread(self._move):
                    pass
                self._heartbeat("relay")
                pause = 0.05
                rest = min(_REST * (now() - begun), _LONGEST_REST)
                await self._wait(max(_GATHER_SECONDS, rest))
            except Unavailable as error:
                log.warning("outbox_waits", error=str(error), next_try_seconds=pause)
                self._metrics.outbox_backlog.set(await asyncio.to_thread(self._backlog))
                await asyncio.sleep(pause)
                pause = min(2 * pause, _LONGEST_PAUSE)

    async def _wait(self, gathering: float) -> None:
        try:
            await asyncio.wait_for(self._rung.wait(), _LOOK_EVERY_SECONDS)
            await asyncio.sleep(gathering)
        except TimeoutError:
            return

    def _move(self) -> bool:
        """Relay some documents. True if there may be more.

        A partition that cannot be reached keeps its documents, and is left alone for a second: it
        must not hold up the others.

        Raises:
            Unavailable: Redis, which is not partitioned, cannot be reached.
        """
        with self._one_at_a_time:
            away = self._away = {k: t for k, t in self._away.items() if t > time.monotonic()}
            with self._drain.take(_AT_ONCE, away) as taken:
                relayed = self._publish(taken)
            self._metrics.relayed.inc(relayed)
            self._metrics.outbox_backlog.set(self._backlog() if self._away else 0)
            return len(taken.documents) == _AT_ONCE

    def _publish(self, taken: Taken) -> int:
        """Each partition's documents in one call; how many left."""
        parts: dict[str, list[tuple[str, bytes]]] = {}
        for key, document in taken.documents:
            parts.setdefault(tag(key), []).append((key, document))
        relayed = 0
        for partition, part in parts.items():
            try:
                self._publisher.publish_documents(part)
                relayed += len(part)
            except Unavailable as error:
                if not partition:
                    raise
                log.warning("outbox_waits", error=str(error), partition=partition)
                taken.staying.update(key for key, _ in part)
        self._away |= dict.fromkeys(taken.staying, time.monotonic() + _AWAY_SECONDS)
        return relayed

    def _backlog(self) -> int:
        try:
            return self._drain.backlog()
        except Unavailable:
            return 0
