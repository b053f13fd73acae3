"""Requests that their sender may repeat: under one Idempotency-Key they are carried out once."""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta

from services.review.errors import KeyReused
from services.review.ports import Answered, Store, Transaction
from shared.clock import Clock
from shared.errors import Unavailable

_AT_ONCE = 1000


@dataclass(frozen=True, slots=True)
class Once:
    """A request with the key that its sender gave it, if any.

    What was done is remembered in the transaction that does it, with enough of the outcome to tell
    it again: so neither a lost answer nor a crash makes it happen twice.

    Attributes:
        key: unique for its user.
        request: what is asked; the same text means the same request.
    """

    key: str | None = None
    request: str = ""

    @classmethod
    def asked(cls, key: str | None, *said: object) -> "Once":
        """A request that consists of these words.

        >>> Once.asked("k", "skip", "lease-1", None)
        Once(key='k', request='["skip", "lease-1", null]')
        """
        return cls(key, json.dumps(said) if key else "")

    def earlier(self, transaction: Transaction, user: str) -> str | None:
        """The outcome, if this was carried out before.

        Raises:
            KeyReused: the key belongs to another request.
        """
        if self.key is None:
            return None
        answered = transaction.answers.find(self._of(user))
        if answered is None:
            return None
        if answered.request != self.request:
            raise KeyReused("use a new Idempotency-Key for each request; nothing was done")
        return answered.outcome

    def done(self, transaction: Transaction, user: str, outcome: str, now: datetime) -> None:
        """Remember that it is carried out.

        Raises:
            Unavailable: the same was asked twice at once, and the other was faster.
        """
        if not self._is_first(transaction, user, outcome, now):
            raise Unavailable("a request with this Idempotency-Key was faster; send it again")

    def note(self, transaction: Transaction, user: str, now: datetime) -> None:
        """Remember a request whose outcome can be told again from what it did.

        Raises:
            KeyReused: the key belongs to another request.
        """
        if not self._is_first(transaction, user, "", now):
            self.earlier(transaction, user)

    def _is_first(self, transaction: Transaction, user: str, outcome: str, now: datetime) -> bool:
        if self.key is None:
            return True
        return transaction.answers.remember(self._of(user), Answered(self.request, outcome), now)

    def _of(self, user: str) -> str:
        return f"{user}/{self.key}"


UNNAMED = Once()
"""A request without a key: it is carried out as often as it comes."""


class ForgetRequests:
    """Forgets old requests, in small transactions, so that nobody waits for it."""

    def __init__(self, store: Store, clock: Clock, keep: timedelta) -> None:
        """Forget what is older than `keep`."""
        self._store = store
        self._clock = clock
        self._keep = keep

    def __call__(self) -> None:
        """Forget what is too old now."""
        before = self._clock.now() - self._keep
        forgotten = _AT_ONCE
        while forgotten == _AT_ONCE:
            with self._store.write() as transaction:
                forgotten = transaction.answers.forget(before, _AT_ONCE)
