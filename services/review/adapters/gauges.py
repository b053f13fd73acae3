"""Keeps the gauges of the queues fresh."""

import asyncio
from collections.abc import Callable

import structlog

from services.review.metrics import Metrics
from services.review.ports import Store
from shared.clock import Clock
from shared.errors import Unavailable

log = structlog.get_logger()

_EVERY_SECONDS = 2.0


class QueueGauges:
    """Reads the state of every queue now and then."""

    def __init__(
        self, store: Store, metrics: Metrics, clock: Clock, heartbeat: Callable[[str], None]
    ) -> None:
        self._store = store
        self._metrics = metrics
        self._clock = clock
        self._heartbeat = heartbeat

    async def run(self) -> None:
        """Refresh for ever."""
        while True:
            try:
                await asyncio.to_thread(self._refresh)
                self._heartbeat("database")
            except Unavailable as error:
                log.warning("database_away", error=str(error))
            await asyncio.sleep(_EVERY_SECONDS)

    def _refresh(self) -> None:
        now = self._clock.now()
        with self._store.read() as transaction:
            for project in transaction.projects.all():
                name = project.configuration.name
                state = transaction.items.state(name, now)
                age = (now - state.oldest_at).total_seconds() if state.oldest_at else 0.0
                self._metrics.queue_depth.labels(name).set(state.depth)
                self._metrics.queue_leased.labels(name).set(state.leased)
                self._metrics.queue_overdue.labels(name).set(state.overdue)
                self._metrics.queue_oldest_seconds.labels(name).set(age)
