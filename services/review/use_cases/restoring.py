"""Noticing that the review database is older than what has left it: a backup was put back."""

import json
from datetime import UTC, datetime, timedelta

import structlog

from services.review.domain.ledger import Kind, NewEntry
from services.review.domain.reconciling import Place, is_ahead
from services.review.metrics import Metrics
from services.review.ports import Store, Transport
from shared.clock import Clock

log = structlog.get_logger()

_LOOK_EVERY = timedelta(seconds=10)
_CURE = (
    "what was decided since the backup is not in the record, and cannot be brought back; events "
    "that upstream sends again are decided again (docs/howto/backup.md)"
)


class NoticeRestoration:
    """Compares the end of the ledger with the places that Redis tells of.

    The places that others know must never be given a second time: they stand for other facts
    there. So the ledger goes on behind them, and the leap is an entry of its own.
    """

    def __init__(self, store: Store, transport: Transport, metrics: Metrics, clock: Clock) -> None:
        self._store = store
        self._transport = transport
        self._metrics = metrics
        self._clock = clock
        self._looked = datetime.min.replace(tzinfo=UTC)

    def __call__(self) -> None:
        """Look, at most every ten seconds.

        Raises:
            Unavailable: Redis does not answer.
        """
        now = self._clock.now()
        if now - self._looked < _LOOK_EVERY:
            return
        told = self._transport.newest_place()
        with self._store.read() as transaction:
            last = transaction.history.last()
        if told is not None and is_ahead(told, last):
            self._leap(told, now)
        self._looked = now

    def _leap(self, told: Place, now: datetime) -> None:
        with self._store.write() as transaction:
            last = transaction.history.last()
            if not transaction.marks.take_turn() or not is_ahead(told, last):
                return
            entry = NewEntry(
                project=told.project,
                kind=Kind.RESTORED,
                subject=str(told.sequence),
                revision=1,
                detail="older_copy",
                body=json.dumps({"last": last, "told": told.sequence}),
                at=now,
            )
            transaction.ledger.append_at(entry, told.sequence + 1)
        self._transport.read_models_again()
        self._metrics.restored.inc()
        log.error("older_copy_restored", last=last, told=told.sequence, cure=_CURE)
