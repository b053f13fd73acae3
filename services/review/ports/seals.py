"""The chain of seals, and the ledger as they see it."""

from collections.abc import Collection, Sequence
from typing import Protocol

from services.review.domain.seals import Seal, SignedHead, Stored


class Seals(Protocol):
    """Seals in their order; one is added at a time, and none is ever changed."""

    def newest(self) -> SignedHead | None:
        """The newest head; None if nothing is sealed."""
        ...

    def heads(self, numbers: Collection[int]) -> Sequence[SignedHead]:
        """The heads with these numbers, as far as there are such, in order."""
        ...

    def after(self, number: int, limit: int) -> Sequence[Seal]:
        """The next seals after a number."""
        ...

    def covering(self, sequence: int) -> Seal | None:
        """The seal in whose stretch a place lies; None: none reaches so far."""
        ...

    def add(self, seal: Seal) -> None:
        """Add the next seal.

        Raises:
            Unavailable: another process was faster.
        """
        ...

    def take_turn(self) -> bool:
        """Whether no other process seals; it will not until this transaction ends."""
        ...

    def writers(self) -> frozenset[str]:
        """The transactions that write to the ledger now, and may have taken places in it."""
        ...

    def entries(self, after: int, until: int, limit: int) -> Sequence[Stored]:
        """The next entries of all projects after a place, up to another."""
        ...

    def story(self, project: str, subject: str) -> Sequence[Stored]:
        """All entries of a subject, oldest first."""
        ...

    def of_project(self, project: str, after: int, limit: int) -> Sequence[Stored]:
        """The next entries of a project after a place."""
        ...


class Signer(Protocol):
    """Holds the key with which heads are signed."""

    @property
    def public(self) -> str:
        """The key that signatures are checked with, in hex."""
        ...

    def sign(self, text: str) -> str:
        """The signature of a text, in hex."""
        ...

    def is_signed(self, text: str, signature: str, public: str) -> bool:
        """Whether a signature is that of a text, by the key that is given."""
        ...
