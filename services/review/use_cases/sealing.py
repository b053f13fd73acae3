"""Sealing: the next stretch of the ledger under a signed head, behind those who write to it."""

from datetime import datetime

import structlog

from services.review.domain import merkle
from services.review.domain.seals import Head, Seal, SignedHead, Stored, older_number
from services.review.metrics import Metrics
from services.review.ports import Signer, Store, Transaction
from services.review.use_cases.pacing import unhurriedly
from shared.clock import Clock

log = structlog.get_logger()

MOST = 250
"""Entries under one seal, so that others wait for some milliseconds at most."""
END = 2**63 - 1


class SealLedger:
    """Seals what nobody can put an entry before any more.

    On PostgreSQL places are taken before they can be seen. So the end of the ledger is noted with
    the transactions that write to it then; once these have ended, all up to there is complete.
    """

    def __init__(self, store: Store, signer: Signer, metrics: Metrics, clock: Clock) -> None:
        self._store = store
        self._signer = signer
        self._metrics = metrics
        self._clock = clock
        self._noted: tuple[int, frozenset[str]] | None = None
        self._sealed = 0
        self._waits_since = clock.now()

    def __call__(self) -> bool:
        """Seal the next stretch. True if there is more to be sealed now."""
        try:
            return self._seal_next()
        except Exception:
            self._measure(self._sealed, self._waits_since)
            raise

    def _seal_next(self) -> bool:
        with self._store.read() as transaction:
            newest = transaction.seals.newest()
            last = newest.head.last if newest else 0
            until = self._complete(transaction)
            entries = transaction.seals.entries(last, END, MOST)
        self._sealed = last
        self._waits_since = entries[0].at if entries else self._clock.now()
        self._measure(last, entries[0].at if entries else None)
        complete = [entry for entry in entries if entry.sequence <= until]
        if complete:
            seal = self._seal(newest, complete)
            with self._store.write() as transaction:
                if not transaction.seals.take_turn() or transaction.seals.newest() != newest:
                    return False
                transaction.seals.add(seal)
            self._metrics.ledger_sealed.set(complete[-1].sequence)
        return len(complete) == MOST

    def _complete(self, transaction: Transaction) -> int:
        """Up to where no entry can appear any more; 0 if that is not known yet."""
        if self._noted is None:
            end = transaction.history.last()
            self._noted = end, transaction.seals.writers()
        else:
            end, writers = self._noted
            self._noted = end, writers & transaction.seals.writers()
        if self._noted[1]:
            return 0
        self._noted = None
        return end

    def _seal(self, newest: SignedHead | None, entries: list[Stored]) -> Seal:
        leaves = [(entry.sequence, entry.leaf()) for entry in unhurriedly(entries)]
        number = newest.head.number + 1 if newest else 1
        head = Head(
            number=number,
            first=entries[0].sequence,
            last=entries[-1].sequence,
            count=len(entries),
            root=merkle.root([found for _, found in leaves]).hex(),
            previous=newest.sha256 if newest else "",
            older=self._sha256_of(older_number(number)),
            sealed_at=self._clock.now(),
            key=self._signer.public,
        )
        if newest and newest.head.key != head.key:
            log.warning("ledger_key_changed", seal=number, key=head.key, before=newest.head.key)
        document = head.document()
        return Seal(SignedHead(document, self._signer.sign(document)), leaves)

    def _sha256_of(self, number: int) -> str:
        with self._store.read() as transaction:
            found = transaction.seals.heads([number])
        return found[0].sha256 if found else ""

    def _measure(self, last: int, waits_since: datetime | None) -> None:
        age = (self._clock.now() - waits_since).total_seconds() if waits_since else 0.0
        self._metrics.ledger_sealed.set(last)
        self._metrics.ledger_seal_lag.set(max(0.0, age))
