"""Whom tokens prove, remembered for a moment where nothing about them can change unnoticed."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import blake2b

from services.review.domain.access import User
from services.review.domain.tokens import TokenKind, digest, is_same, read
from services.review.ports import Proof, Store

_FRESH_FOR = timedelta(seconds=1)
"""Should somebody change the database past its only process, that holds after so long."""
_MOST = 1_000
_NOTHING = digest("")


@dataclass(frozen=True, slots=True)
class _Known:
    user: User
    prefix: str
    access: object
    until: datetime


class Proofs:
    """Asks the database, unless it was asked the same just before and nobody wrote of access."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._known: dict[bytes, _Known] = {}

    def find(self, text: str, kind: TokenKind, now: datetime) -> tuple[User, str] | None:
        """Whom a token proves, and its prefix; None if it is unknown, expired or revoked."""
        shown, access = blake2b(f"{kind} {text}".encode()).digest(), self._store.access
        known = self._known.get(shown)
        if known and known.access is access is not None and now < known.until:
            return known.user, known.prefix
        prefix, secret = read(text) or ("", "")
        proof = self._ask(prefix, kind, now) if prefix else None
        if not is_same(digest(secret), proof.digest if proof else _NOTHING) or not proof:
            return None
        if access is not None:
            until = min(proof.expires_at, now + _FRESH_FOR)
            self._keep(shown, _Known(proof.user, prefix, access, until))
        return proof.user, prefix

    def _ask(self, prefix: str, kind: TokenKind, now: datetime) -> Proof | None:
        with self._store.read() as transaction:
            return transaction.tokens.find(prefix, kind, now)

    def _keep(self, shown: bytes, known: _Known) -> None:
        if len(self._known) >= _MOST:
            self._known = {}
        self._known[shown] = known
