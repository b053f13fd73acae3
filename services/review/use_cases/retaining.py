"""Retention: what describes an event is erased when its project's time for it is over."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from services.review.domain.erasing import DETAIL_RETENTION
from services.review.domain.ledger import Kind
from services.review.ports import Remains, Store, Transaction
from services.review.use_cases.erasing import Wish, erase
from shared.clock import Clock

log = structlog.get_logger()

_AT_ONCE = 50
"""Events a transaction, in which nobody else can write to SQLite."""
_SCRUB_EVERY = timedelta(days=1)
_ACTOR = "retention"


@dataclass(frozen=True, slots=True)
class _Reached:
    """How far a project has come.

    Attributes:
        place: up to there all that was routed is erased, but for these:
        waiting: ids of events that people need to see before they can be erased.
    """

    place: int = 0
    waiting: Sequence[str] = ()


class RetainSubjects:
    """Erases what is too old, project by project, a part at a time."""

    def __init__(self, store: Store, remains: Remains, clock: Clock) -> None:
        self._store = store
        self._remains = remains
        self._clock = clock
        self._unscrubbed = False
        self._scrubbed_at: datetime | None = None

    def __call__(self) -> bool:
        """Erase the next part. True if more is due now; once a day the files are scrubbed too.

        Raises:
            Unavailable: the database is away, or in use all the time.
        """
        with self._store.read() as transaction:
            kept = {
                state.configuration.name: state.configuration.retention_days
                for state in transaction.projects.all()
            }
        more = False
        for project, days in kept.items():
            if days is not None:
                more |= self._erase(project, days)
        if not more:
            self._scrub()
        return more

    def _erase(self, project: str, days: int) -> bool:
        with self._store.read() as transaction:
            known = transaction.marks.get(_mark(project))
            reached = _Reached(*json.loads(known)) if known else _Reached()
            until = transaction.history.place_at(self._clock.now() - timedelta(days=days))
            stretch = (reached.place, until)
            routed = transaction.history.of_kinds(project, [Kind.ROUTED], stretch, _AT_ONCE)
            old = [*reached.waiting, *(entry.subject for entry in routed)]
            waiting = [event_id for event_id in old if _waits(transaction, project, event_id)]
        due = [event_id for event_id in old if event_id not in waiting]
        if not routed and not due:
            return False
        place = routed[-1].sequence if routed else reached.place
        with self._store.write() as transaction:
            if not transaction.marks.take_turn() or transaction.marks.get(_mark(project)) != known:
                return False
            wish = Wish(_ACTOR, f"kept for {days} days", DETAIL_RETENTION, unlearn=False)
            places = erase(transaction, project, due, wish, self._clock.now())
            transaction.erasing.forget(project, due)
            transaction.marks.put(_mark(project), json.dumps([place, waiting]))
        self._unscrubbed |= bool(places)
        log.info("retention", project=project, events=len(due), entries=len(places))
        return len(routed) == _AT_ONCE

    def _scrub(self) -> None:
        now = self._clock.now()
        is_time = self._scrubbed_at is None or now - self._scrubbed_at >= _SCRUB_EVERY
        if self._unscrubbed and is_time:
            self._remains.scrub()
            self._unscrubbed, self._scrubbed_at = False, now


def _waits(transaction: Transaction, project: str, event_id: str) -> bool:
    item = transaction.items.of_event(project, event_id)
    return item is not None and not item.settled


def _mark(project: str) -> str:
    return f"retention/{project}"
