"""Items, holds and votes in memory; tests/contracts/test_review_queues.py compares."""

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from services.review.domain.queue import (
    Item,
    NewItem,
    QueueState,
    Stage,
    Worth,
)
from shared.events import RouteReason

NOWHERE = ""


@dataclass
class FakeSlot:
    number: int
    item_id: int
    queue: str
    worth: Worth
    rank: float
    token: int = 0
    lease_id: str | None = None
    holder: str | None = None
    held_in: str | None = None
    expires_at: datetime | None = None

    def is_free(self, now: datetime) -> bool:
        return self.expires_at is None or self.expires_at <= now


@dataclass
class FakeItems:
    items: dict[int, Item] = field(default_factory=dict)
    merits: dict[int, tuple[Worth, float]] = field(default_factory=dict)
    slots: list[FakeSlot] = field(default_factory=list)
    given: int = 0

    def add(self, items: Sequence[NewItem]) -> None:
        for new in items:
            number = len(self.merits) + 1
            self.items[number] = Item(
                id=number,
                project=new.project,
                queue=new.queue or new.project,
                event_id=new.event_id,
                reason=new.reason,
                stage=Stage.ROUTED,
                received_at=new.received_at,
                deadline=new.deadline,
                decisions=new.decisions,
                predicted=new.worth.predicted,
            )
            self.merits[number] = new.worth, new.rank
            self.add_slots(number, new.slots)

    def get(self, item_id: int) -> Item | None:
        return self.items.get(item_id)

    def of_event(self, project: str, event_id: str) -> Item | None:
        wanted = (project, event_id)
        return next((i for i in self.items.values() if (i.project, i.event_id) == wanted), None)

    def lock(self, item_id: int) -> Item:
        return self.items[item_id]

    def count_vote(self, item_id: int) -> Item | None:
        item = self.items[item_id]
        return None if item.settled else self._change(item_id, votes=item.votes + 1)

    def settle(self, item_id: int, label: str | None, decisions: int) -> None:
        self._change(item_id, settled=True, label=label, decisions=decisions)
        self._drop(item_id, lambda _: True)

    def move(self, item_id: int, queue: str, stage: Stage, slots: int) -> None:
        self._change(item_id, queue=queue, stage=stage)
        for slot in self.slots:
            if slot.item_id == item_id and slot.lease_id:
                slot.queue = queue if slot.held_in == queue else NOWHERE
        self.offer(item_id, slots)

    def offer(self, item_id: int, slots: int) -> None:
        self._drop(item_id, lambda slot: slot.lease_id is None)
        held = sum(s.item_id == item_id and s.queue != NOWHERE for s in self.slots)
        self.add_slots(item_id, slots - held)

    def reopen(
        self, item_id: int, queue: str, stage: Stage, slots: int, *, anew: bool = False
    ) -> None:
        self._drop(item_id, lambda _: True)
        number = self.items[item_id].round + anew
        self._change(item_id, settled=False, queue=queue, stage=stage, round=number)
        self.add_slots(item_id, slots)

    def due(self, now: datetime, limit: int) -> Sequence[Item]:
        due = [
            (item.deadline, item.id)
            for item in self.items.values()
            if item.deadline and item.deadline <= now and not item.settled and not item.late
        ]
        return [self.items[number] for _, number in sorted(due)[:limit]]

    def undecided(self, project: str) -> int:
        return sum(self._waits_undecided(item, project) for item in self.items.values())

    def surplus(self, project: str, spared: Collection[RouteReason], limit: int) -> Sequence[Item]:
        held = {slot.item_id for slot in self.slots if slot.lease_id}
        found = [
            (item.received_at, item.id)
            for item in self.items.values()
            if self._waits_undecided(item, project)
            and not item.votes
            and not item.late
            and item.reason not in spared
            and item.id not in held
        ]
        return [self.items[number] for _, number in sorted(found, reverse=True)[:limit]]

    def _waits_undecided(self, item: Item, project: str) -> bool:
        return item.queue == project and not item.settled and not item.decisions

    def mark_late(self, item_id: int, decisions: int) -> bool:
        item = self.items[item_id]
        if item.settled or item.late:
            return False
        self._change(item_id, late=True, decisions=decisions)
        return True

    def rerank(self, project: str, predicted: str, weight: float) -> None:
        for slot in self.slots:
            item, worth = self.items[slot.item_id], slot.worth
            if (slot.queue, worth.predicted) != (project, predicted):
                continue
            if item.reason is not RouteReason.AUDIT:
                merit = weight * worth.doubt * (1 + worth.novelty)
                slot.rank = item.received_at.timestamp() - merit

    def labels(self, project: str) -> Mapping[str, int]:
        decided = [i.label for i in self.items.values() if i.project == project and i.label]
        return Counter(decided)

    def state(self, queue: str, now: datetime) -> QueueState:
        waiting = [i for i in self.items.values() if i.queue == queue and not i.settled]
        held = [s.expires_at for s in self.slots if s.queue == queue and s.expires_at]
        running = [moment for moment in held if moment > now]
        return QueueState(
            queue,
            depth=len(waiting),
            leased=len(running),
            oldest_at=min((item.received_at for item in waiting), default=None),
            overdue=sum(1 for item in waiting if item.deadline and item.deadline < now),
            next_free_at=min(running, default=None),
            free=any(slot.queue == queue and slot.is_free(now) for slot in self.slots),
        )

    def add_slots(self, item_id: int, count: int, queue: str | None = None) -> None:
        for _ in range(count):
            self.given += 1
            where = self.items[item_id].queue if queue is None else queue
            self.slots.append(FakeSlot(self.given, item_id, where, *self.merits[item_id]))

    def _drop(self, item_id: int, which: Callable[[FakeSlot], bool]) -> None:
        self.slots = [s for s in self.slots if s.item_id != item_id or not which(s)]

    def _change(self, item_id: int, **values: object) -> Item:
        self.items[item_id] = self.items[item_id]._replace(**values)  # type: ignore[arg-type]
        return self.items[item_id]
