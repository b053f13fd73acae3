"""Faults that are planted into a service before it runs, to prove that the campaign sees them.

They live here only; the product knows nothing of them. Each takes away one of the guards that
docs/explanation/delivery.md promises.
"""

import os
import secrets
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from redis import Redis
from redis.exceptions import RedisError
from sqlalchemy import delete
from sqlmodel import Session, col, select

from services.retrainer.adapters import ledger as training_ledger
from services.retrainer.domain.ledger import Kind, NewEntry
from services.retrainer.use_cases import recording
from services.review.adapters import items, leases, outbox, store
from services.review.domain.queue import Candidate, Lease, Stage
from services.review.ports import Leaving
from services.review.tables import ItemRow, LeaseRow, SlotRow
from shared.database import run
from shared.messaging import Consumer, Entry, Settlement
from shared.messaging.port import RawEntry
from shared.streams import Stream

_UNSENT = "unsent"


def plant(name: str) -> None:
    """Bring one fault into this process."""
    MUTANTS[name]()


def _no_outbox() -> None:
    """What follows from a commit is published directly after it, by a thread."""

    def put(self: outbox.SqlOutbox, events: Iterable[Leaving]) -> None:
        unsent = self._session.info.setdefault(_UNSENT, [])
        unsent += [(self._keys.of(event.stream, event.subject), event.encode()) for event in events]

    @contextmanager
    def write(self: store.SqlStore) -> Iterator[store.SqlTransaction]:
        with self._database.write() as session:
            yield store.SqlTransaction(session, self._keys)
            unsent = list(session.info.get(_UNSENT, ()))
        if any(key.endswith(Stream.CONTROL) for key, _ in unsent):
            _publish(unsent)
        elif unsent:
            threading.Thread(target=_publish, args=(unsent,)).start()

    outbox.SqlOutbox.put = put  # type: ignore[method-assign]
    store.SqlStore.write = write  # type: ignore[method-assign]


def _publish(documents: Sequence[tuple[str, bytes]]) -> None:
    try:
        with Redis.from_url(os.environ["HANDRAISE_REDIS_URL"]) as redis:
            for key, document in documents:
                redis.xadd(key, {b"data": document})
    except (RedisError, OSError):
        return


def _ack_first() -> None:
    """Review and retrainer acknowledge what they have read before they have done it.

    The scorer cannot: its script publishes only what it acknowledges in the same call.
    """
    handle = Consumer.handle

    async def careless(self: Consumer, raw: Sequence[RawEntry]) -> None:
        if not self.channel.output:
            entries = [Entry(identity, b"") for identity, _ in raw]
            await self.lane.settle(Settlement(done=entries), self.clock.now())
        await handle(self, raw)

    Consumer.handle = careless  # type: ignore[method-assign]


def _no_inbox() -> None:
    """The retrainer does not know what it has recorded already."""
    append = training_ledger.SqlLedger.append

    def forgetful(self: training_ledger.SqlLedger, entries: Sequence[NewEntry]) -> None:
        append(self, [_with_new_identity(entry) for entry in entries])

    def nothing_seen(*_: Any) -> Mapping[tuple[str, str], str]:
        return {}

    training_ledger.SqlLedger.append = forgetful  # type: ignore[method-assign]
    recording._seen = nothing_seen  # type: ignore[assignment]


def _with_new_identity(entry: NewEntry) -> NewEntry:
    if entry.kind is not Kind.CORRECTION:
        return entry
    identity = f"{entry.identity}#{secrets.token_hex(4)}"
    return NewEntry(entry.project, entry.kind, identity, entry.sequence, entry.body, entry.at)


def _no_fence() -> None:
    """A lease that was lost decides all the same, as long as nobody else has decided."""

    def use(self: leases.SqlLeases, lease: Lease) -> bool:
        run(self._session, delete(SlotRow).where(col(SlotRow.item_id) == lease.item.id))
        return True

    Lease.holds = property(lambda self: not self.item.settled)  # type: ignore[method-assign,assignment]
    leases.SqlLeases.use = use  # type: ignore[method-assign]


def _unguarded_sweeper() -> None:
    """Claiming frees items whose lease has expired without looking whether they are settled.

    The product has no sweeper of leases: expiry is judged by a claim. This is what an unguarded
    one would do, done there.
    """
    candidates = leases.SqlLeases.candidates

    def sweeping(
        self: leases.SqlLeases,
        queue: str,
        reviewer: str,
        now: datetime,
        urgent_until: datetime,
        limit: int,
    ) -> Sequence[Candidate]:
        _reopen(self._session, queue, now)
        return candidates(self, queue, reviewer, now, urgent_until, limit)

    leases.SqlLeases.candidates = sweeping  # type: ignore[method-assign]


def _reopen(session: Session, queue: str, now: datetime) -> None:
    expired = (
        select(LeaseRow.item_id)
        .join(ItemRow, col(ItemRow.id) == col(LeaseRow.item_id))
        .where(LeaseRow.queue == queue, col(LeaseRow.expires_at) <= now, col(ItemRow.settled))
        .distinct()
    )
    for item_id in session.exec(expired).all():
        items.SqlItems(session).reopen(item_id, queue, Stage.ROUTED, slots=1)


MUTANTS: Mapping[str, Callable[[], None]] = {
    "no_outbox": _no_outbox,
    "ack_first": _ack_first,
    "no_inbox": _no_inbox,
    "no_fence": _no_fence,
    "unguarded_sweeper": _unguarded_sweeper,
}
