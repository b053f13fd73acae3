"""The append-only record."""

from collections.abc import Collection, Mapping, Sequence
from typing import Protocol

from services.review.domain.ledger import Entry, Kind, NewEntry, Stretch
from shared.events import DecidedBy


class Ledger(Protocol):
    """The append-only record."""

    def append(self, entries: Sequence[NewEntry]) -> None:
        """Record many entries, in order."""
        ...

    def append_one(self, entry: NewEntry) -> int:
        """Record one entry; its sequence number."""
        ...

    def append_at(self, entry: NewEntry, sequence: int) -> None:
        """Record one entry at a place behind the last; all later ones come after it."""
        ...

    def known(self, project: str, kind: Kind, subjects: Collection[str]) -> Mapping[str, str]:
        """The bodies (revision 1) of those subjects that are recorded already."""
        ...

    def story(self, project: str, subject: str, kinds: Collection[Kind]) -> Sequence[Entry]:
        """All entries of a subject, oldest first."""
        ...

    def newest(
        self, project: str, kind: Kind, limit: int, before: int | None = None
    ) -> Sequence[Entry]:
        """The newest entries of a kind, newest first, of those before a place."""
        ...

    def decisions(self, project: str, by: DecidedBy, stretch: Stretch) -> Sequence[Entry]:
        """Decisions that somebody took, in the order of the stretch."""
        ...

    def tally(self, project: str) -> Mapping[tuple[Kind, str], int]:
        """Number of entries by kind and detail."""
        ...
