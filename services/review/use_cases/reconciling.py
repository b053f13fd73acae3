"""The reconciler: looks for what should have followed and did not, and lets it follow."""

import threading
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

import structlog

from services.review.domain.reconciling import (
    UNROUTED_AFTER,
    Gap,
    GapKind,
    RedisState,
)
from services.review.metrics import Metrics
from services.review.ports import Bell, Store, Transport
from services.review.use_cases.mending import mend_correction, mend_item
from services.review.use_cases.relearning import Relearning
from services.review.use_cases.republishing import Republish
from services.review.use_cases.restoring import NoticeRestoration
from shared.clock import Clock
from shared.errors import Unavailable
from shared.events import EventType
from shared.streams import Stream

log = structlog.get_logger()

_CHECKED = "checked"
_STRETCH = 5000
_STRETCHES = 10
_MOST_AT_ONCE = 1000
_MOST_WAITING = 5000
_ON_THE_WAY: Mapping[EventType, Sequence[Stream]] = {
    EventType.SCORING_REQUESTED: (Stream.REQUESTS, Stream.PREDICTIONS),
    EventType.PREDICTION_MADE: (Stream.PREDICTIONS,),
}


@dataclass(frozen=True, slots=True)
class Findings:
    """What the reconciler saw.

    Attributes:
        redis: None if it does not answer; then what only it can tell was not looked at.
        gaps: what is missing, by project and kind.
    """

    redis: RedisState | None
    gaps: Sequence[Gap]


class Reconcile:
    """One round over everything."""

    def __init__(
        self,
        store: Store,
        transport: Transport,
        bell: Bell,
        metrics: Metrics,
        clock: Clock,
        republish: Republish,
    ) -> None:
        self._store = store
        self._transport = transport
        self._bell = bell
        self._metrics = metrics
        self._clock = clock
        self._republish = republish
        self._relearning = Relearning(store, transport, bell, clock)
        self._notice_restoration = NoticeRestoration(store, transport, metrics, clock)
        self._one_at_a_time = threading.Lock()

    def look(self) -> Findings:
        """What is missing; nothing is changed."""
        try:
            redis = self._republish.look()
        except Unavailable:
            redis = None
        found = [*self._unrouted(), *self._unfinished(), *self._relearning.gaps()]
        return Findings(redis, found)

    def repair(self) -> Findings:
        """What is missing, and let it follow."""
        with self._one_at_a_time:
            return self._repair()

    def _repair(self) -> Findings:
        try:
            redis: RedisState | None = self._republish.refill()
            self._notice_restoration()
            self._republish.refill_streams()
        except Unavailable as error:
            log.warning("redis_away", error=str(error))
            redis = None
        gaps = [
            *self._send_again(redis),
            *self._mend(),
            *self._relearning.repair(reachable=redis is not None),
        ]
        self._measure(gaps)
        if gaps:
            log.warning("gaps", gaps=[f"{g.project} {g.kind.value} {g.found}" for g in gaps])
        return Findings(redis, gaps)

    def _unrouted(self) -> list[Gap]:
        with self._store.read() as transaction:
            counts = transaction.accepted.counts(self._clock.now() - UNROUTED_AFTER)
        return [Gap(project, GapKind.UNROUTED, count) for project, count in counts.items()]

    def _send_again(self, redis: RedisState | None) -> list[Gap]:
        """Accepted events whose time is over, unless they are still on their way."""
        found, sent = self._unrouted(), Counter[str]()
        lost = redis is RedisState.LOST
        if redis is not None and (found or lost):
            for kind, streams in _ON_THE_WAY.items():
                if lost or not self._are_late(streams):
                    sent += self._send_kind_again(kind, timedelta() if lost else UNROUTED_AFTER)
        if sent:
            self._bell.ring()
        counts = {gap.project: gap.found for gap in found}
        return [
            Gap(
                project, GapKind.UNROUTED, max(counts.get(project, 0), sent[project]), sent[project]
            )
            for project in sorted({*counts, *sent})
        ]

    def _send_kind_again(self, kind: EventType, age: timedelta) -> Counter[str]:
        sent = Counter[str]()
        while True:
            with self._store.write() as transaction:
                now = self._clock.now()
                if not transaction.marks.take_turn():
                    return sent
                if age and transaction.outbox.waiting(_MOST_WAITING) == _MOST_WAITING:
                    return sent
                due = transaction.accepted.due(kind, now - age, now)
                transaction.accepted.sent_again(due, now)
            if not due:
                return sent
            sent.update(waiting.project for waiting in due)

    def _are_late(self, streams: Sequence[Stream]) -> bool:
        """Whether so old entries wait in Redis that ours may be among them."""
        limit = UNROUTED_AFTER.total_seconds()
        return any(self._transport.backlog_seconds(stream) >= limit for stream in streams)

    def _unfinished(self) -> list[Gap]:
        before = self._clock.now() - UNROUTED_AFTER
        with self._store.read() as transaction:
            start = int(transaction.marks.get(_CHECKED) or 0)
            until = transaction.history.horizon(start, _STRETCH, before)
            found = Counter(
                (project, kind)
                for kind in (GapKind.UNDECIDED, GapKind.UNCORRECTED)
                for project, _ in transaction.history.gaps(kind, start, until, _MOST_AT_ONCE)
            )
        return [Gap(project, kind, count) for (project, kind), count in found.items()]

    def _mend(self) -> list[Gap]:
        """Go on along the ledger, mending what is not finished."""
        with self._store.read() as transaction:
            start = int(transaction.marks.get(_CHECKED) or 0)
        reached, broken = self._walk(start)
        if reached == start:
            return []
        mended = Counter[tuple[str, GapKind]]()
        with self._store.write() as transaction:
            taken = transaction.marks.take_turn()
            if not taken or int(transaction.marks.get(_CHECKED) or 0) != start:
                return []
            for project, subject, kind in broken:
                mend = mend_item if kind is GapKind.UNDECIDED else mend_correction
                mended[project, kind] += mend(transaction, project, subject)
            transaction.marks.put(_CHECKED, str(reached))
        if broken:
            self._bell.ring()
        found = Counter((project, kind) for project, _, kind in broken)
        return [
            Gap(project, kind, count, mended[project, kind])
            for (project, kind), count in found.items()
        ]

    def _walk(self, start: int) -> tuple[int, list[tuple[str, str, GapKind]]]:
        """Look at some stretches; how far it came, and what is broken there."""
        before, place = self._clock.now() - UNROUTED_AFTER, start
        broken: list[tuple[str, str, GapKind]] = []
        for _ in range(_STRETCHES):
            with self._store.read() as transaction:
                until = transaction.history.horizon(place, _STRETCH, before)
                for kind in (GapKind.UNDECIDED, GapKind.UNCORRECTED):
                    found = transaction.history.gaps(kind, place, until, _STRETCH)
                    broken += [(project, entry.subject, kind) for project, entry in found]
            if until == place or len(broken) > _MOST_AT_ONCE:
                return until, broken
            place = until
        return place, broken

    def _measure(self, gaps: Sequence[Gap]) -> None:
        """Show every kind of every project, from 0 on: or the first time would be no increase."""
        with self._store.read() as transaction:
            projects = {state.configuration.name for state in transaction.projects.all()}
        found = {(gap.project, gap.kind): gap for gap in gaps}
        kinds = {(project, kind) for project in projects for kind in GapKind}
        for project, kind in kinds | found.keys():
            gap = found.get((project, kind), Gap(project, kind, 0))
            self._metrics.gaps.labels(project, kind.value).set(gap.found)
            self._metrics.gaps_repaired.labels(project, kind.value).inc(gap.repaired)
