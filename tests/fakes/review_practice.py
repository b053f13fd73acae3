"""Practice in memory; tests/contracts/test_review_practice.py compares."""

from collections.abc import Sequence
from dataclasses import dataclass

from services.review.domain.practice import Exercise
from services.review.domain.queue import Item
from services.review.domain.votes import Because
from shared.events import RouteReason
from tests.fakes.review_gold import FakeGoldItems


@dataclass
class FakePractice:
    gold: FakeGoldItems

    def fresh(self, project: str, reviewer: str, limit: int) -> Sequence[Exercise]:
        through = self.gold.leases.votes.through
        newest = [i for i in self._open(project, reviewer) if (i.id, reviewer) not in through]
        return [self._exercise(item) for item in newest[:limit]]

    def find(self, project: str, reviewer: str, item_id: int) -> Exercise | None:
        item = next((i for i in self._open(project, reviewer) if i.id == item_id), None)
        because, _ = self.gold.leases.votes.through.get((item_id, reviewer), (None, None))
        known = because not in {None, Because.PRACTISED}
        return None if item is None or known else self._exercise(item)

    def _open(self, project: str, reviewer: str) -> list[Item]:
        held = {x.item.id for x in self.gold.leases.leases.values() if x.holder == reviewer}
        golden = {
            g.event_id for g in self.gold.marked.values() if g.project == project and g.active
        }
        return [
            item
            for item in sorted(self.gold.leases.items.items.values(), key=lambda i: -i.id)
            if item.project == item.queue == project
            and item.settled
            and item.label is not None
            and item.id not in held
            and item.event_id not in golden
        ]

    def _exercise(self, item: Item) -> Exercise:
        gold = (
            g
            for g in self.gold.marked.values()
            if (g.project, g.event_id) == (item.project, item.event_id)
        )
        explanation = next((g.explanation for g in gold), None)
        assert item.label is not None
        predicted = None if item.reason is RouteReason.NO_MODEL else item.predicted
        return Exercise(item.id, item.event_id, item.label, predicted, explanation)
