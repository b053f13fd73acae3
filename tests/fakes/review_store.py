"""The review database in memory; tests/contracts/test_review_store.py holds it to the real one."""

import copy
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import count

from services.review.domain.ledger import Entry, Kind, NewEntry
from services.review.domain.queue import Item, Lease, NewItem, QueueState
from services.review.ports import ProjectState
from shared.errors import Unavailable
from shared.events import CloudEvent, RouteReason
from tests.fakes.people import FakeAccessLog, FakePasswords, FakeTokens, FakeUsers
from tests.fakes.review_dead_letters import FakeDeadLetters
from tests.fakes.review_history import FakeAccepted, FakeHistory, FakeMarks


@dataclass
class FakeLedger:
    rows: list[tuple[str, Entry]] = field(default_factory=list)

    def append(self, entries: Sequence[NewEntry]) -> None:
        for entry in entries:
            self.append_one(entry)

    def append_one(self, entry: NewEntry) -> int:
        identity = (entry.project, entry.kind, entry.subject, entry.revision)
        if identity in {(p, e.kind, e.subject, e.revision) for p, e in self.rows}:
            raise Unavailable("another process wrote the same first")
        sequence = self.rows[-1][1].sequence + 1 if self.rows else 1
        self.append_at(entry, sequence)
        return sequence

    def append_at(self, entry: NewEntry, sequence: int) -> None:
        row = Entry(
            sequence, entry.kind, entry.subject, entry.revision, entry.detail, entry.body, entry.at
        )
        self.rows.append((entry.project, row))

    def known(self, project: str, kind: Kind, subjects: Collection[str]) -> Mapping[str, str]:
        return {
            e.subject: e.body
            for e in self._of(project)
            if e.kind is kind and e.subject in subjects and e.revision == 1
        }

    def story(self, project: str, subject: str, kinds: Collection[Kind]) -> Sequence[Entry]:
        return [e for e in self._of(project) if e.subject == subject and e.kind in kinds]

    def newest(self, project: str, kind: Kind, limit: int) -> Sequence[Entry]:
        return [e for e in self._of(project) if e.kind is kind][::-1][:limit]

    def tally(self, project: str) -> Mapping[tuple[Kind, str], int]:
        return Counter((e.kind, e.detail) for e in self._of(project))

    def _of(self, project: str) -> list[Entry]:
        return [entry for owner, entry in self.rows if owner == project]


@dataclass
class FakeItems:
    items: dict[int, Item] = field(default_factory=dict)
    leases: dict[str, Lease] = field(default_factory=dict)
    held_by: dict[int, str] = field(default_factory=dict)
    numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def add(self, items: Sequence[NewItem]) -> None:
        for new in items:
            number = next(self.numbers)
            self.items[number] = Item(
                number, new.project, new.event_id, new.reason, new.received_at, new.deadline
            )

    def claim(
        self, queue: str, limit: int, holder: str, now: datetime, until: datetime
    ) -> Sequence[Lease]:
        free = [item for item in self._waiting(queue) if self._expiry(item) <= now]
        free.sort(key=lambda item: (item.reason is not RouteReason.AUDIT, item.id))
        return [self._grant(item, holder, until) for item in free[:limit]]

    def lease(self, lease_id: str) -> Lease | None:
        lease = self.leases.get(lease_id)
        if lease is None:
            return None
        item = self.items[lease.item.id]
        return replace(lease, item=item, current=self.held_by.get(item.id) == lease.id)

    def extend(self, lease: Lease, until: datetime) -> bool:
        if self._holds(lease):
            self.leases[lease.id] = replace(self.leases[lease.id], expires_at=until)
            return True
        return False

    def release(self, lease: Lease) -> bool:
        if self._holds(lease):
            del self.held_by[lease.item.id]
            return True
        return False

    def settle(self, lease: Lease) -> bool:
        if self._holds(lease):
            self.items[lease.item.id] = replace(self.items[lease.item.id], settled=True)
            return True
        return False

    def state(self, queue: str, now: datetime) -> QueueState:
        waiting = self._waiting(queue)
        expiries = [self._expiry(item) for item in waiting if self._expiry(item) > now]
        return QueueState(
            queue,
            depth=len(waiting),
            leased=len(expiries),
            oldest_at=min((item.received_at for item in waiting), default=None),
            overdue=sum(1 for item in waiting if item.deadline and item.deadline < now),
            next_free_at=min(expiries, default=None),
        )

    def reopen(self, project: str, event_id: str) -> bool:
        for number, item in self.items.items():
            if (item.project, item.event_id) == (project, event_id):
                self.items[number] = replace(item, settled=False)
                self.held_by.pop(number, None)
                return True
        return False

    def _waiting(self, queue: str) -> list[Item]:
        return [i for i in self.items.values() if i.project == queue and not i.settled]

    def _expiry(self, item: Item) -> datetime:
        held = self.held_by.get(item.id)
        return (
            self.leases[held].expires_at
            if held
            else item.received_at.min.replace(tzinfo=item.received_at.tzinfo)
        )

    def _grant(self, item: Item, holder: str, until: datetime) -> Lease:
        token = sum(1 for lease in self.leases.values() if lease.item.id == item.id) + 1
        lease = Lease(f"lease-{item.id}-{token}", item, holder, token, until, current=True)
        self.leases[lease.id] = lease
        self.held_by[item.id] = lease.id
        return lease

    def _holds(self, lease: Lease) -> bool:
        item = self.items[lease.item.id]
        return not item.settled and self.held_by.get(item.id) == lease.id


@dataclass
class FakeOutbox:
    events: list[CloudEvent] = field(default_factory=list)
    put_back_again: list[tuple[str, bytes]] = field(default_factory=list)
    left: int = 0

    def put(self, events: Iterable[CloudEvent]) -> None:
        self.events.extend(events)

    def waiting(self, limit: int) -> int:
        return min(limit, len(self.events) - self.left)

    def put_back(self, originals: Iterable[tuple[str, bytes]]) -> None:
        self.put_back_again.extend(originals)


@dataclass
class FakeProjects:
    states: dict[str, ProjectState] = field(default_factory=dict)

    def get(self, name: str) -> ProjectState | None:
        return self.states.get(name)

    def all(self) -> Sequence[ProjectState]:
        return [self.states[name] for name in sorted(self.states)]

    def put(self, state: ProjectState) -> None:
        self.states[state.configuration.name] = state


@dataclass
class FakeTransaction:
    ledger: FakeLedger = field(default_factory=FakeLedger)
    items: FakeItems = field(default_factory=FakeItems)
    outbox: FakeOutbox = field(default_factory=FakeOutbox)
    marks: FakeMarks = field(default_factory=FakeMarks)
    dead_letters: FakeDeadLetters = field(default_factory=FakeDeadLetters)
    projects: FakeProjects = field(default_factory=FakeProjects)
    users: FakeUsers = field(default_factory=FakeUsers)
    passwords: FakePasswords = field(default_factory=FakePasswords)
    access_log: FakeAccessLog = field(default_factory=FakeAccessLog)

    def __post_init__(self) -> None:
        self.tokens = FakeTokens(self.users)
        self.accepted = FakeAccepted(self.outbox)
        self.history = FakeHistory(self.ledger, self.items)


class FakeStore:
    """Implements `services.review.ports.Store`: an error undoes the whole transaction."""

    def __init__(self) -> None:
        self.kept = FakeTransaction()

    @contextmanager
    def read(self) -> Iterator[FakeTransaction]:
        yield self.kept

    @contextmanager
    def write(self) -> Iterator[FakeTransaction]:
        draft = copy.deepcopy(self.kept)
        yield draft
        self.kept = draft
