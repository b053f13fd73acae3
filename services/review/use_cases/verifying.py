"""Verifying: reading the whole ledger again, and comparing it with what was sealed."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from services.review.domain import faults
from services.review.domain.faults import Fault
from services.review.domain.ledger import Kind
from services.review.domain.seals import Seal, SignedHead, Stored, is_named_later
from services.review.errors import NotFound
from services.review.ports import Signer, Store
from services.review.use_cases.sealing import END

_SEALS_AT_ONCE = 20
_MOST_TOLD = 100
_MOST_UNSEALED = 10_000
_BEFORE_ALL = -(2**63)
"""No entry stands there; what somebody else puts before the first must be seen."""


@dataclass(frozen=True, slots=True)
class Verified:
    """What reading all again has shown.

    Attributes:
        seals: how many seals were checked.
        entries: how many entries stand under them.
        unsealed: how many came after the newest seal, and wait for the next.
        newest: the newest head; None if nothing is sealed.
        faults: what is not as it was sealed; the first 100.
    """

    seals: int
    entries: int
    unsealed: int
    newest: SignedHead | None
    faults: Sequence[Fault]


class VerifyLedger:
    """Checks every seal, every entry, and what was kept elsewhere."""

    def __init__(self, store: Store, signer: Signer) -> None:
        self._store = store
        self._signer = signer

    def newest(self) -> SignedHead:
        """The newest head, to be kept elsewhere.

        Raises:
            NotFound: nothing is sealed yet.
        """
        with self._store.read() as transaction:
            newest = transaction.seals.newest()
        if newest is None:
            raise NotFound("nothing is sealed yet; a few seconds after the first event it is")
        return newest

    def __call__(self, kept: tuple[int, str] | None = None, keys: Collection[str] = ()) -> Verified:
        """Read all again.

        Args:
            kept: number and SHA-256 of a head that was kept elsewhere.
            keys: public keys that are trusted besides the one in use, as after a change of keys.
        """
        walk = _Walk(self._store, self._signer, {self._signer.public, *keys})
        while not walk.is_broken:
            with self._store.read() as transaction:
                seals = transaction.seals.after(walk.number, _SEALS_AT_ONCE)
            for seal in seals:
                walk.on(seal, kept)
            if not seals:
                walk.compare(kept)
                break
        with self._store.read() as transaction:
            newest = transaction.seals.entries(walk.last, END, _MOST_UNSEALED)
        walk.end(newest)
        unsealed = len(newest)
        told = walk.faults[:_MOST_TOLD]
        return Verified(walk.number, walk.entries, unsealed, walk.newest, told)


class _Walk:
    """Goes along the chain.

    Attributes:
        number: of the last seal that was checked.
        last: the place up to which it reaches.
        entries: how many stand under the seals so far.
        newest: the last head that could be read.
        is_broken: the chain is torn here, so what follows cannot be checked.
    """

    def __init__(self, store: Store, signer: Signer, trusted: Collection[str]) -> None:
        self.number = self.entries = 0
        self.last = _BEFORE_ALL
        self.newest: SignedHead | None = None
        self.is_broken = False
        self.faults: list[Fault] = []
        self._store = store
        self._signer = signer
        self._trusted = trusted
        self._known: dict[int, str] = {}
        self._kept_sha256: str | None = None
        self._erased: list[Stored] = []
        self._told: set[int] = set()
        self._restored: list[int] = []

    def on(self, seal: Seal, kept: tuple[int, str] | None) -> None:
        """Check the next seal, and the entries of its stretch."""
        if self.is_broken:
            return
        signed, number = seal.signed, self.number + 1
        found = faults.of_chain(signed, number, self.last, self._known)
        self.faults += found
        self.is_broken = any(fault.tears for fault in found)
        if self.is_broken:
            return
        head = signed.head
        self.faults += faults.of_key(head, signed, self._trusted, self._signer.is_signed)
        with self._store.read() as transaction:
            entries = transaction.seals.entries(self.last, head.last, END)
        self.faults += faults.of_entries(seal, entries)
        self._note(entries)
        self.newest, self.number, self.last = signed, number, head.last
        self.entries += len(entries)
        self._known[number] = signed.sha256
        self._known = {
            n: sha256
            for n, sha256 in self._known.items()
            if n == number or is_named_later(n, number)
        }
        if kept and kept[0] == number:
            self._kept_sha256 = signed.sha256

    def end(self, unsealed: Sequence[Stored]) -> None:
        """What was blanked must be told of somewhere; the newest entries may do so."""
        self._note(unsealed)
        if not self.is_broken:
            self.faults += faults.of_erased(self._erased, self._told, self.number)

    def _note(self, entries: Sequence[Stored]) -> None:
        for entry in entries:
            if entry.erased is not None:
                self._erased.append(entry)
            if entry.kind is Kind.RESTORED:
                self._restored.append(entry.sequence)
            self._told.update(faults.places_erased(entry))

    def compare(self, kept: tuple[int, str] | None) -> None:
        """Compare with the head that was kept elsewhere."""
        if kept:
            told = faults.against(kept, self.number, self._kept_sha256, self._restored)
            self.faults += [told] if told else []
