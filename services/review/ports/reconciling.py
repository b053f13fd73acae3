"""What the reconciler needs from outside: parts of the store, and a look at Redis."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from services.review.domain.ledger import Entry, Kind
from services.review.domain.reconciling import GapKind, Place, Sighting, Waiting
from shared.events import CloudEvent, EventType
from shared.streams import Stream


class Accepted(Protocol):
    """Events that were accepted over HTTP and are not routed yet."""

    def add(self, events: Sequence[CloudEvent], now: datetime) -> None:
        """Remember events; one that waits already stays as it is."""
        ...

    def routed(self, project: str, event_ids: Collection[str]) -> None:
        """Forget events of all types: they were routed, or refused."""
        ...

    def counts(self, before: datetime) -> Mapping[str, int]:
        """How many wait since before, by project; at most 10,000 are counted."""
        ...

    def due(self, kind: EventType, before: datetime, now: datetime) -> Sequence[Waiting]:
        """At most 500 that wait since before and are to be sent again, the oldest first."""
        ...

    def hasten(self, now: datetime) -> None:
        """Let all that wait be due now."""
        ...

    def sent_again(self, events: Sequence[Waiting], now: datetime) -> None:
        """Put their documents into the outbox, and wait longer than the last time."""
        ...


class History(Protocol):
    """The ledger by place, a stretch at a time."""

    def of_kinds(
        self, project: str, kinds: Collection[Kind], stretch: tuple[int, int], limit: int
    ) -> Sequence[Entry]:
        """The next entries of some kinds after a place, up to another."""
        ...

    def horizon(self, after: int, limit: int, before: datetime) -> int:
        """The last place within `limit` after a place that was recorded before a moment."""
        ...

    def last(self) -> int:
        """The last place; 0 if nothing is recorded."""
        ...

    def place_at(self, moment: datetime) -> int:
        """A place before which nothing was recorded since the moment."""
        ...

    def gaps(
        self, kind: GapKind, after: int, until: int, limit: int
    ) -> Sequence[tuple[str, Entry]]:
        """Routed events that nobody decides, or votes without correction, with their project."""
        ...

    def said(self, after: int, limit: int) -> Sequence[tuple[str, Entry]]:
        """The next decisions and corrections after a place, with their project."""
        ...

    def along(self, kinds: Collection[Kind], after: int, until: int) -> Sequence[tuple[str, Entry]]:
        """All entries of some kinds after a place, up to another, with their project."""
        ...

    def count_corrections(self, project: str, after: int, until: int) -> int:
        """Corrections after a place, up to another."""
        ...

    def corrections(self, project: str, after: int, limit: int) -> Sequence[Entry]:
        """The next corrections after a place."""
        ...


class Marks(Protocol):
    """Small facts by name: how far something has come, what was last seen."""

    def get(self, name: str) -> str | None:
        """A fact, None if it was never noted."""
        ...

    def put(self, name: str, value: str) -> None:
        """Note a fact in place of what it was before."""
        ...

    def take_turn(self) -> bool:
        """Whether no other process reconciles; it will not until this transaction ends."""
        ...


class Transport(Protocol):
    """Redis, as the reconciler looks at it.

    Every look raises Unavailable while the server does not answer.
    """

    def sight(self) -> Sighting:
        """What it says of itself."""
        ...

    def mark(self, installation: str) -> None:
        """Let it be known as that of an installation."""
        ...

    def is_untouched(self, stream: Stream) -> bool:
        """Whether nothing was ever put on a stream."""
        ...

    def newest_place(self) -> Place | None:
        """The highest place in the ledger that its newest entries tell of; None if they do not."""
        ...

    def read_models_again(self) -> None:
        """Let review read all of `models` from its beginning."""
        ...

    def backlog_seconds(self, stream: Stream) -> float:
        """Age of the oldest entry that our reader of a stream has not done; 0 if none waits."""
        ...
