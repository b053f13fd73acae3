"""Erasing in memory; tests/contracts/test_review_erasing.py compares."""

from collections.abc import Collection
from dataclasses import dataclass, field, replace
from typing import Protocol

from services.review.domain.erasing import is_about
from services.review.domain.ledger import Entry
from services.review.domain.seals import Stored
from tests.fakes.review_dead_letters import FakeDeadLetters
from tests.fakes.review_gold import FakeGoldItems
from tests.fakes.review_history import FakeAccepted
from tests.fakes.review_queues import FakeItems
from tests.fakes.review_votes import FakeVotes


class _Ledger(Protocol):
    rows: list[tuple[str, Entry]]


@dataclass
class FakeErasing:
    """Implements `services.review.ports.Erasing` on the other parts of a fake store."""

    ledger: _Ledger
    items: FakeItems
    votes: FakeVotes
    gold: FakeGoldItems
    dead_letters: FakeDeadLetters
    accepted: FakeAccepted
    erased: dict[int, str]

    def blank(self, entry: Stored, rest: str, commitment: str) -> None:
        rows = self.ledger.rows
        (index,) = [i for i, (_, e) in enumerate(rows) if e.sequence == entry.sequence]
        rows[index] = rows[index][0], replace(rows[index][1], body=rest)
        self.erased[entry.sequence] = commitment

    def forget(self, project: str, event_ids: Collection[str]) -> int:
        items = {
            i.id
            for i in self.items.items.values()
            if i.project == project and i.event_id in event_ids
        }
        votes = self.votes
        votes.ballots = [
            replace(b, comment=None) if b.item_id in items else b for b in votes.ballots
        ]
        votes.through = {
            key: (because, None if key[0] in items else reason)
            for key, (because, reason) in votes.through.items()
        }
        votes.kept = {key: draft for key, draft in votes.kept.items() if key[0] not in items}
        for number, gold in self.gold.marked.items():
            if gold.project == project and gold.event_id in event_ids:
                self.gold.marked[number] = replace(gold, explanation=None, active=False)
        self.accepted.routed(project, event_ids)
        letters = self.dead_letters
        about = [n for n, raw in letters.bytes_of.items() if is_about(raw, project, event_ids)]
        for number in about:
            del letters.letters[number], letters.bytes_of[number]
        return len(about)


@dataclass
class FakeRemains:
    """Implements `services.review.ports.Remains`; notes what it was asked for."""

    removed: list[tuple[str, tuple[str, ...]]] = field(default_factory=list)
    scrubbed: int = 0

    def remove(self, project: str, event_ids: Collection[str]) -> int:
        self.removed.append((project, tuple(event_ids)))
        return 3

    def scrub(self) -> None:
        self.scrubbed += 1
