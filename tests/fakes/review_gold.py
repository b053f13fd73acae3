"""Gold in memory; tests/contracts/test_review_gold.py compares."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime

from services.review.domain.gold import Gold, NewGold, Purpose, Score, Showing
from tests.fakes.review_leases import FakeLeases


@dataclass
class FakeGoldItems:
    leases: FakeLeases
    marked: dict[int, Gold] = field(default_factory=dict)
    turns: dict[int, Showing] = field(default_factory=dict)

    def mark(self, new: NewGold) -> Gold:
        known = self._of_event(new.project, new.event_id)
        number = known.id if known else len(self.marked) + 1
        self.marked[number] = Gold(**asdict(new), id=number)
        return self.marked[number]

    def retire(self, project: str, event_id: str) -> bool:
        gold = self._of_event(project, event_id)
        if gold is None or not gold.active:
            return False
        self.marked[gold.id] = replace(gold, active=False)
        return True

    def page(self, project: str, limit: int, before: int | None) -> Sequence[Gold]:
        older = [
            gold
            for gold in self.marked.values()
            if gold.project == project and (before is None or gold.id < before)
        ]
        return older[::-1][:limit]

    def fresh(self, project: str, reviewer: str, limit: int) -> Sequence[Gold]:
        had = {turn.gold.id for turn in self._of(project, reviewer)}
        return [
            gold
            for gold in self.marked.values()
            if gold.project == project
            and gold.active
            and reviewer != gold.added_by
            and gold.id not in had
            and self._is_settled(gold)
            and not self._has_held(gold, reviewer)
            and not self._is_through(gold, reviewer)
        ][:limit]

    def show(
        self, gold: Gold, reviewer: str, purpose: Purpose, item_id: int | None, now: datetime
    ) -> Showing:
        turn = Showing(len(self.turns) + 1, gold, reviewer, purpose, item_id)
        self.turns[turn.id] = turn
        return turn

    def get(self, showing_id: int) -> Showing | None:
        turn = self.turns.get(showing_id)
        return replace(turn, gold=self.marked[turn.gold.id]) if turn else None

    def of_item(self, item_id: int) -> Showing | None:
        return next((self.get(t.id) for t in self.turns.values() if t.item_id == item_id), None)

    def open(self, project: str, reviewer: str, purpose: Purpose) -> Showing | None:
        through = self.leases.votes.through
        return next(
            (
                turn
                for turn in self._of(project, reviewer)
                if turn.purpose is purpose
                and turn.at is None
                and (turn.item_id, reviewer) not in through
            ),
            None,
        )

    def given(self, project: str, reviewer: str) -> int:
        return len(self._of(project, reviewer))

    def keep(self, turn: Showing) -> None:
        self.turns[turn.id] = turn

    def newest(
        self, project: str, reviewer: str, purpose: Purpose, since: datetime | None, limit: int
    ) -> Sequence[bool]:
        answered = [
            (turn.at, turn.id, turn.is_right)
            for turn in self._of(project, reviewer)
            if turn.purpose is purpose and turn.at and (since is None or turn.at > since)
        ]
        return [is_right for _, _, is_right in sorted(answered, reverse=True)[:limit]]

    def scores(self, project: str) -> Mapping[str, Score]:
        found: dict[str, Score] = {}
        for turn in self.turns.values():
            if turn.gold.project == project and turn.at:
                score = found.get(turn.reviewer, Score())
                found[turn.reviewer] = Score(score.seen + 1, score.right + turn.is_right)
        return found

    def _of(self, project: str, reviewer: str) -> list[Showing]:
        turns = [self.get(number) for number in self.turns]
        return [t for t in turns if t and (t.gold.project, t.reviewer) == (project, reviewer)]

    def _of_event(self, project: str, event_id: str) -> Gold | None:
        wanted = (project, event_id)
        return next((g for g in self.marked.values() if (g.project, g.event_id) == wanted), None)

    def _is_settled(self, gold: Gold) -> bool:
        item = self.leases.items.of_event(gold.project, gold.event_id)
        return item is not None and item.settled and item.label == gold.label

    def _has_held(self, gold: Gold, reviewer: str) -> bool:
        return any(
            lease.holder == reviewer and lease.item.event_id == gold.event_id
            for lease in self.leases.leases.values()
        )

    def _is_through(self, gold: Gold, reviewer: str) -> bool:
        item = self.leases.items.of_event(gold.project, gold.event_id)
        return item is not None and (item.id, reviewer) in self.leases.votes.through
