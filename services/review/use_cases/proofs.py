"""What tokens prove, remembered for a moment where nothing about them can change unnoticed."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from services.review.domain.tokens import TokenKind
from services.review.ports import Proof, Store
from shared.clock import Clock

_FRESH_FOR = timedelta(seconds=1)
"""Should somebody change the database past its only process, that holds after so long."""
_MOST = 1_000


@dataclass(frozen=True, slots=True)
class _Known:
    proof: Proof
    access: object
    until: datetime


class Proofs:
    """Asks the database, unless it was asked the same just before and nobody wrote of access."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._known: dict[tuple[str, TokenKind], _Known] = {}

    def find(self, prefix: str, kind: TokenKind) -> Proof | None:
        """What a token proves that is neither expired nor revoked, its user not disabled."""
        now, access = self._clock.now(), self._store.access
        known = self._known.get((prefix, kind))
        if known and known.access is access is not None and now < known.until:
            return known.proof
        with self._store.read() as transaction:
            proof = transaction.tokens.find(prefix, kind, now)
        if proof is not None and access is not None:
            self._keep(prefix, kind, _Known(proof, access, _until(proof, now)))
        return proof

    def _keep(self, prefix: str, kind: TokenKind, known: _Known) -> None:
        if len(self._known) >= _MOST:
            self._known = {}
        self._known[prefix, kind] = known


def _until(proof: Proof, now: datetime) -> datetime:
    return min(proof.expires_at, now + _FRESH_FOR)
