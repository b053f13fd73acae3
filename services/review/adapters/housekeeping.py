"""What is done now and then: fresh gauges, and a planner that knows the tables."""

import asyncio
from collections.abc import Callable

import structlog

from services.review.metrics import Metrics
from services.review.ports import Store
from services.review.tables import ItemRow, LedgerRow
from shared.clock import Clock
from shared.database import Database
from shared.errors import Unavailable

log = structlog.get_logger()

_EVERY_SECONDS = 2.0


class Housekeeping:
    """Reads the state of every queue, and shows new tables to the database's planner."""

    def __init__(
        self,
        database: Database,
        store: Store,
        metrics: Metrics,
        clock: Clock,
        heartbeat: Callable[[str], None],
    ) -> None:
        self._database = database
        self._store = store
        self._metrics = metrics
        self._clock = clock
        self._heartbeat = heartbeat

    async def run(self) -> None:
        """Every two seconds, for ever."""
        while True:
            try:
                await asyncio.to_thread(self._refresh)
                self._heartbeat("database")
            except Unavailable as error:
                log.warning("database_away", error=str(error))
            await asyncio.sleep(_EVERY_SECONDS)

    def _refresh(self) -> None:
        self._database.inform_planner([LedgerRow.__tablename__, ItemRow.__tablename__])
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
