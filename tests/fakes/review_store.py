"""The review database in memory; tests/contracts/test_review_store.py holds it to the real one."""

import copy
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from services.review.domain.ledger import Entry, Kind, NewEntry, Stretch
from services.review.ports import Leaving, ProjectState
from shared.errors import Unavailable
from shared.events import CloudEvent, DecidedBy
from tests.fakes.people import FakeAccessLog, FakeAnswers, FakePasswords, FakeTokens, FakeUsers
from tests.fakes.review_blocks import FakeBlocks
from tests.fakes.review_dead_letters import FakeDeadLetters
from tests.fakes.review_drifts import FakeDrifts
from tests.fakes.review_erasing import FakeErasing
from tests.fakes.review_gold import FakeGoldItems
from tests.fakes.review_history import FakeAccepted, FakeHistory, FakeMarks
from tests.fakes.review_leases import FakeLeases
from tests.fakes.review_models import FakeModels
from tests.fakes.review_outcomes import FakeOutcomes
from tests.fakes.review_practice import FakePractice
from tests.fakes.review_queues import FakeItems
from tests.fakes.review_reviewers import FakeReviewers
from tests.fakes.review_seals import FakeSeals
from tests.fakes.review_slices import FakeSliceCounts
from tests.fakes.review_suspects import FakeSuspects
from tests.fakes.review_votes import FakeVotes


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

    def newest(
        self, project: str, kind: Kind, limit: int, before: int | None = None
    ) -> Sequence[Entry]:
        found = [e for e in self._of(project) if e.kind is kind]
        return _along(found, Stretch(limit, before=before))

    def decisions(self, project: str, by: DecidedBy, stretch: Stretch) -> Sequence[Entry]:
        found = [e for e in self._of(project) if e.kind is Kind.DECIDED and e.detail == by]
        return _along(found, stretch)

    def tally(self, project: str) -> Mapping[tuple[Kind, str], int]:
        return Counter((e.kind, e.detail) for e in self._of(project))

    def _of(self, project: str) -> list[Entry]:
        return [entry for owner, entry in self.rows if owner == project]


def _along(entries: Sequence[Entry], stretch: Stretch) -> Sequence[Entry]:
    if stretch.after is not None:
        return [e for e in entries if e.sequence > stretch.after][: stretch.limit]
    older = [e for e in entries if stretch.before is None or e.sequence < stretch.before]
    return older[::-1][: stretch.limit]


@dataclass
class FakeOutbox:
    events: list[CloudEvent] = field(default_factory=list)
    put_back_again: list[tuple[str, bytes]] = field(default_factory=list)
    left: int = 0

    def put(self, events: Iterable[Leaving]) -> None:
        self.events.extend(CloudEvent.decode(event.encode()) for event in events)

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

    def lock(self, names: Collection[str]) -> Sequence[ProjectState]:
        return [self.states[name] for name in sorted(names) if name in self.states]

    def put(self, state: ProjectState) -> None:
        self.states[state.configuration.name] = state


@dataclass
class FakeTransaction:
    ledger: FakeLedger = field(default_factory=FakeLedger)
    items: FakeItems = field(default_factory=FakeItems)
    votes: FakeVotes = field(default_factory=FakeVotes)
    reviewers: FakeReviewers = field(default_factory=FakeReviewers)
    blocks: FakeBlocks = field(default_factory=FakeBlocks)
    models: FakeModels = field(default_factory=FakeModels)
    outbox: FakeOutbox = field(default_factory=FakeOutbox)
    drifts: FakeDrifts = field(default_factory=FakeDrifts)
    slice_counts: FakeSliceCounts = field(default_factory=FakeSliceCounts)
    marks: FakeMarks = field(default_factory=FakeMarks)
    dead_letters: FakeDeadLetters = field(default_factory=FakeDeadLetters)
    projects: FakeProjects = field(default_factory=FakeProjects)
    users: FakeUsers = field(default_factory=FakeUsers)
    passwords: FakePasswords = field(default_factory=FakePasswords)
    answers: FakeAnswers = field(default_factory=FakeAnswers)
    access_log: FakeAccessLog = field(default_factory=FakeAccessLog)

    def __post_init__(self) -> None:
        self.tokens = FakeTokens(self.users)
        self.leases = FakeLeases(self.items, self.votes)
        self.votes.items = self.items
        self.gold = FakeGoldItems(self.leases)
        self.practice = FakePractice(self.gold)
        self.accepted = FakeAccepted(self.outbox)
        self.seals = FakeSeals(self.ledger)
        self.suspects = FakeSuspects(self.items)
        self.erasing = FakeErasing(
            self.ledger,
            self.items,
            self.votes,
            self.gold,
            self.dead_letters,
            self.accepted,
            self.seals.erased,
        )
        self.history = FakeHistory(self.ledger, self.items)
        self.outcomes = FakeOutcomes(self.items, self.votes, self.ledger)


class FakeStore:
    """Implements `services.review.ports.Store`: an error undoes the whole transaction."""

    def __init__(self) -> None:
        self.kept = FakeTransaction()

    @property
    def access(self) -> object | None:
        return self.kept

    @contextmanager
    def read(self) -> Iterator[FakeTransaction]:
        yield self.kept

    @contextmanager
    def write(self) -> Iterator[FakeTransaction]:
        draft = copy.deepcopy(self.kept)
        yield draft
        self.kept = draft
