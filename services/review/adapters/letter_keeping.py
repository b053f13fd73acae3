"""What is done now and then about dead letters: count those that wait, forget old settled ones."""

import asyncio
from collections import Counter
from datetime import datetime, timedelta

import structlog

from services.review.domain.dead_letters import CURES, OTHER, UNKNOWN_PROJECT, Selection
from services.review.metrics import Metrics
from services.review.ports import Store
from shared.clock import Clock
from shared.errors import Unavailable

log = structlog.get_logger()

_EVERY_SECONDS = 5.0
_FORGET_EVERY = timedelta(minutes=10)
_AT_ONCE = 1000


class LetterKeeping:
    """Shows how many dead letters wait; deletes what was settled long ago."""

    def __init__(self, store: Store, metrics: Metrics, clock: Clock, keep: timedelta) -> None:
        self._store = store
        self._metrics = metrics
        self._clock = clock
        self._keep = keep
        self._next_forgetting = clock.now()
        self._shown: set[tuple[str, str]] = set()

    async def run(self) -> None:
        """Every few seconds, for ever."""
        while True:
            try:
                await asyncio.to_thread(self.tend)
            except Unavailable as error:
                log.warning("database_away", error=str(error))
            await asyncio.sleep(_EVERY_SECONDS)

    def tend(self) -> None:
        """Refresh the gauge and, when it is time, forget."""
        self._count()
        now = self._clock.now()
        if now >= self._next_forgetting:
            self._forget(now - self._keep)
            self._next_forgetting = now + _FORGET_EVERY

    def _count(self) -> None:
        """Senders name projects and others name reasons: only what we know becomes a label."""
        with self._store.read() as transaction:
            projects = {state.configuration.name for state in transaction.projects.all()}
            counts = transaction.dead_letters.counts(Selection())
        waiting: Counter[tuple[str, str]] = Counter()
        for (project, reason), count in counts.items():
            known = project if project in projects else UNKNOWN_PROJECT
            waiting[known, reason if reason in CURES else OTHER] += count
        for kind in self._shown | waiting.keys():
            self._metrics.dead_letters_waiting.labels(*kind).set(waiting[kind])
        self._shown = set(waiting)

    def _forget(self, settled_before: datetime) -> None:
        forgotten = _AT_ONCE
        while forgotten == _AT_ONCE:
            with self._store.write() as transaction:
                forgotten = transaction.dead_letters.forget(settled_before, _AT_ONCE)
            if forgotten:
                log.info("dead_letters_forgotten", letters=forgotten)
