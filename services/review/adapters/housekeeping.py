"""What is done now and then: fresh gauges, and a planner that knows the tables."""

import asyncio
from collections.abc import Callable, Mapping
from datetime import datetime

import structlog

from services.review.domain.access import project_of
from services.review.domain.capacity import Load
from services.review.domain.certificate.block import Block
from services.review.domain.drifting import Kind
from services.review.domain.facts import Verdict
from services.review.domain.queue import QueueState, queues_of
from services.review.metrics import Metrics
from services.review.ports import Store, Transaction
from services.review.tables import ItemRow, LeaseRow, LedgerRow, SlotRow, ThroughRow, VoteRow
from shared.clock import Clock
from shared.database import Database
from shared.errors import Unavailable
from shared.events import DecidedBy
from shared.project import Capacity

log = structlog.get_logger()

_EVERY_SECONDS = 2.0
_TABLES = (LedgerRow, ItemRow, SlotRow, LeaseRow, VoteRow, ThroughRow)


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
        self._database.inform_planner([table.__tablename__ for table in _TABLES])
        now = self._clock.now()
        with self._store.read() as transaction:
            paused = transaction.reviewers.paused()
            for project in transaction.projects.all():
                own = project.configuration.name
                self._begin_counting(own)
                self._metrics.reviewers_paused.labels(own).set(paused.get(own, 0))
                for name in queues_of(own):
                    self._show(transaction.items.state(name, now), now)
                self._show_load(project.configuration.policy.capacity, transaction, own)
                promised = project.configuration.policy.error_rate
                self._metrics.certificate_error_rate.labels(own).set(promised)
                if promised < 1:
                    self._show_blocks(own, transaction.blocks.newest(own))

    def _begin_counting(self, project: str) -> None:
        """From 0 on, or the first time would be no increase."""
        for counted in (
            self._metrics.votes,
            self._metrics.leases_lost,
            self._metrics.wasted_reviews,
            self._metrics.deadlines_missed,
            self._metrics.capacity_fallbacks,
        ):
            counted.labels(project)
        for by in DecidedBy:
            self._metrics.decisions.labels(project, by.value)
        for verdict in Verdict:
            self._metrics.corrections.labels(project, verdict.value)
        for kind in Kind:
            self._metrics.drift_alarms.labels(project, kind.value)

    def _show_load(self, capacity: Capacity | None, transaction: Transaction, project: str) -> None:
        waiting = transaction.items.undecided(project) if capacity else 0
        excess = Load(capacity, waiting).excess if capacity else 0
        self._metrics.over_capacity.labels(project).set(excess)

    def _show_blocks(self, project: str, blocks: Mapping[str, Block]) -> None:
        for lane, block in blocks.items():
            self._metrics.certificate_credits.labels(project, lane).set(block.left)
            self._metrics.certificate_pending.labels(project, lane).set(block.pending)
            self._metrics.certificate_accepted.labels(project, lane).set(block.accepted)

    def _show(self, state: QueueState, now: datetime) -> None:
        age = (now - state.oldest_at).total_seconds() if state.oldest_at else 0.0
        labels = project_of(state.queue), state.queue
        self._metrics.queue_depth.labels(*labels).set(state.depth)
        self._metrics.queue_leased.labels(*labels).set(state.leased)
        self._metrics.queue_overdue.labels(*labels).set(state.overdue)
        self._metrics.queue_oldest_seconds.labels(*labels).set(age)
