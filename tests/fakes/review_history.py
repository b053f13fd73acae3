"""What the reconciler needs, in memory; tests/contracts/test_review_history.py compares."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Protocol

from services.review.domain.ledger import Entry, Kind
from services.review.domain.queue import Item
from services.review.domain.reconciling import (
    UNROUTED_AFTER,
    GapKind,
    Place,
    Sighting,
    Waiting,
    pause_after,
)
from shared.errors import Unavailable
from shared.events import CloudEvent, DecidedBy, EventType
from shared.streams import Stream

_Key = tuple[str, str, str]


class _Outbox(Protocol):
    events: list[CloudEvent]


class _Ledger(Protocol):
    rows: list[tuple[str, Entry]]


class _Items(Protocol):
    items: dict[int, Item]


@dataclass
class FakeAccepted:
    outbox: _Outbox
    rows: dict[_Key, tuple[Waiting, datetime, datetime]] = field(default_factory=dict)

    def add(self, events: Sequence[CloudEvent], now: datetime) -> None:
        for event in events:
            key = (event.project, event.subject, event.type.value)
            waiting = Waiting(*key, event.encode().decode(), 0)
            self.rows.setdefault(key, (waiting, now, now + UNROUTED_AFTER))

    def routed(self, project: str, event_ids: Collection[str]) -> None:
        for key in list(self.rows):
            if key[0] == project and key[1] in event_ids:
                del self.rows[key]

    def counts(self, before: datetime) -> Mapping[str, int]:
        return Counter(w.project for w, at, _ in self.rows.values() if at <= before)

    def due(self, kind: EventType, before: datetime, now: datetime) -> Sequence[Waiting]:
        return [
            waiting
            for waiting, at, due_at in sorted(self.rows.values(), key=lambda row: row[1])
            if waiting.type == kind.value and at <= before and due_at <= now
        ][:500]

    def hasten(self, now: datetime) -> None:
        self.rows = {k: (w, at, min(due, now)) for k, (w, at, due) in self.rows.items()}

    def sent_again(self, events: Sequence[Waiting], now: datetime) -> None:
        for event in events:
            self.outbox.events.append(CloudEvent.decode(event.document))
            key = (event.project, event.event_id, event.type)
            tried = replace(event, tries=event.tries + 1)
            due_at = now + pause_after(tried.tries, UNROUTED_AFTER)
            self.rows[key] = (tried, self.rows[key][1], due_at)


@dataclass
class FakeHistory:
    ledger: _Ledger
    items: _Items

    def horizon(self, after: int, limit: int, before: datetime) -> int:
        stretch = [e for _, e in self.ledger.rows if e.sequence > after][:limit]
        return max((e.sequence for e in stretch if e.at < before), default=after)

    def of_kinds(
        self, project: str, kinds: Collection[Kind], stretch: tuple[int, int], limit: int
    ) -> Sequence[Entry]:
        after, until = stretch
        return [
            entry
            for owner, entry in self.ledger.rows
            if owner == project and entry.kind in kinds and after < entry.sequence <= until
        ][:limit]

    def last(self) -> int:
        return max((entry.sequence for _, entry in self.ledger.rows), default=0)

    def place_at(self, moment: datetime) -> int:
        before = (entry.sequence for _, entry in self.ledger.rows if entry.at < moment)
        return max(before, default=0)

    def gaps(
        self, kind: GapKind, after: int, until: int, limit: int
    ) -> Sequence[tuple[str, Entry]]:
        undecided = kind is GapKind.UNDECIDED
        cause = Kind.ROUTED if undecided else Kind.DECIDED
        effect = Kind.DECIDED if undecided else Kind.CORRECTED
        followed = {(p, e.subject, e.revision) for p, e in self.ledger.rows if e.kind is effect}
        waits = {(i.project, i.event_id) for i in self.items.items.values() if not i.settled}
        return [
            (project, e)
            for project, e in self.ledger.rows
            if after < e.sequence <= until
            and e.kind is cause
            and (project, e.subject, e.revision) not in followed
            and not (undecided and (project, e.subject) in waits)
            and (undecided or e.detail == DecidedBy.REVIEWERS.value)
        ][:limit]

    def said(self, after: int, limit: int) -> Sequence[tuple[str, Entry]]:
        return [
            (project, e)
            for project, e in self.ledger.rows
            if e.sequence > after and e.kind in {Kind.DECIDED, Kind.CORRECTED}
        ][:limit]

    def along(self, kinds: Collection[Kind], after: int, until: int) -> Sequence[tuple[str, Entry]]:
        return [
            (project, e)
            for project, e in self.ledger.rows
            if after < e.sequence <= until and e.kind in kinds
        ]

    def count_corrections(self, project: str, after: int, until: int) -> int:
        entries = self.corrections(project, after, len(self.ledger.rows))
        return sum(1 for entry in entries if entry.sequence <= until)

    def corrections(self, project: str, after: int, limit: int) -> Sequence[Entry]:
        return [
            e
            for owner, e in self.ledger.rows
            if owner == project and e.kind is Kind.CORRECTED and e.sequence > after
        ][:limit]


@dataclass
class FakeMarks:
    values: dict[str, str] = field(default_factory=dict)
    taken: bool = False

    def get(self, name: str) -> str | None:
        return self.values.get(name)

    def put(self, name: str, value: str) -> None:
        self.values[name] = value

    def take_turn(self) -> bool:
        return not self.taken


@dataclass
class FakeTransport:
    """Implements `ports.Transport`; `away` lets it be silent."""

    marker: str | None = None
    run: str = "first"
    untouched: set[Stream] = field(default_factory=set)
    backlogs: dict[Stream, float] = field(default_factory=dict)
    away: bool = False
    newest: Place | None = None
    models_read_again: int = 0

    def empty(self, run: str) -> None:
        """Another server in its place, with nothing in it."""
        self.marker, self.run = None, run

    def sight(self) -> Sighting:
        self._answer()
        return Sighting(self.marker, self.run)

    def mark(self, installation: str) -> None:
        self._answer()
        self.marker = installation

    def is_untouched(self, stream: Stream) -> bool:
        self._answer()
        return stream in self.untouched

    def newest_place(self) -> Place | None:
        self._answer()
        return self.newest

    def read_models_again(self) -> None:
        self._answer()
        self.models_read_again += 1

    def backlog_seconds(self, stream: Stream) -> float:
        self._answer()
        return self.backlogs.get(stream, 0.0)

    def _answer(self) -> None:
        if self.away:
            raise Unavailable("Redis does not answer")
