"""Holds in memory; tests/contracts/test_review_queues.py compares."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from services.review.domain.queue import Candidate, Lease, LeaseEnd
from services.review.ports import Hold
from shared.errors import Unavailable
from tests.fakes.review_queues import NOWHERE, FakeItems, FakeSlot
from tests.fakes.review_votes import FakeVotes


@dataclass
class FakeLeases:
    items: FakeItems
    votes: FakeVotes
    leases: dict[str, Lease] = field(default_factory=dict)

    def candidates(
        self, queue: str, reviewer: str, now: datetime, urgent_until: datetime, limit: int
    ) -> Sequence[Candidate]:
        free = [
            slot
            for slot in self.items.slots
            if slot.queue == queue and slot.is_free(now) and self._is_open_to(slot, reviewer)
        ]
        urgent = [
            s for s in free if (due := self.items.items[s.item_id].deadline) and due <= urgent_until
        ]
        first = sorted(free, key=lambda slot: (slot.rank, slot.number))[:limit]
        return [
            Candidate(s.number, self.items.items[s.item_id], s.worth)
            for s in {id(s): s for s in urgent + first}.values()
        ]

    def grant(self, candidates: Sequence[Candidate], hold: Hold, now: datetime) -> Lease | None:
        free = {slot.number: slot for slot in self.items.slots if slot.is_free(now)}
        first = next((c.slot for c in candidates if c.slot in free), None)
        return None if first is None else self._grant(free[first], hold)

    def grant_own(self, item_id: int, hold: Hold, now: datetime) -> Lease | None:
        free = [s for s in self.items.slots if s.item_id == item_id and s.is_free(now)]
        return self._grant(free[0], hold) if free else None

    def grant_again(self, item_id: int, queue: str, hold: Hold, now: datetime) -> Lease:
        offered = self.items.items[item_id].queue == queue
        self.items.add_slots(item_id, 1, queue if offered else NOWHERE)
        return self._grant(self.items.slots[-1], hold, queue)

    def get(self, lease_id: str) -> Lease | None:
        lease = self.leases.get(lease_id)
        if lease is None:
            return None
        item = self.items.items[lease.item.id]
        return lease._replace(item=item, current=self._slot(lease) is not None)

    def extend(self, lease: Lease, until: datetime) -> bool:
        slot = self._slot(lease)
        if slot is None:
            return False
        slot.expires_at = until
        self.leases[lease.id] = self.leases[lease.id]._replace(expires_at=until)
        return True

    def give_back(self, lease: Lease, end: LeaseEnd) -> bool:
        slot = self._slot(lease)
        if slot is None:
            return False
        slot.lease_id = slot.holder = slot.expires_at = None
        if slot.queue == NOWHERE:
            self.items.slots.remove(slot)
        return True

    def use(self, lease: Lease) -> bool:
        slot = self._slot(lease)
        if slot is None:
            return False
        self.items.slots.remove(slot)
        return True

    def next_free(self, queue: str, reviewer: str) -> datetime | None:
        held = [
            slot.expires_at
            for slot in self.items.slots
            if slot.queue == queue
            and slot.expires_at is not None
            and self._is_open_to(slot, reviewer)
        ]
        return min(held, default=None)

    def any_in(self, queue: str) -> bool:
        return any(slot.queue == queue for slot in self.items.slots)

    def workers(self, now: datetime) -> Mapping[str, Mapping[str, int]]:
        held: dict[str, Counter[str]] = {}
        for slot in self.items.slots:
            if slot.holder and not slot.is_free(now) and slot.queue != NOWHERE:
                held.setdefault(slot.queue, Counter())[slot.holder] += 1
        return held

    def _is_open_to(self, slot: FakeSlot, reviewer: str) -> bool:
        holds = any(other.holder == reviewer for other in self._beside(slot))
        return not holds and (slot.item_id, reviewer) not in self.votes.through

    def _beside(self, slot: FakeSlot) -> list[FakeSlot]:
        return [s for s in self.items.slots if s.item_id == slot.item_id and s is not slot]

    def _grant(self, slot: FakeSlot, hold: Hold, queue: str | None = None) -> Lease:
        if any(s.holder == hold.holder for s in self._beside(slot)):
            raise Unavailable("another process wrote the same first")
        slot.token += 1
        slot.holder, slot.expires_at = hold.holder, hold.until
        slot.lease_id = f"lease-{slot.number}-{slot.token}"
        slot.held_in = queue or slot.queue
        item = self.items.items[slot.item_id]
        lease = Lease(
            id=slot.lease_id,
            item=item,
            holder=hold.holder,
            token=slot.token,
            expires_at=hold.until,
            current=True,
            queue=slot.held_in,
            sees_model=hold.sees_model(item),
        )
        self.leases[lease.id] = lease
        return lease

    def _slot(self, lease: Lease) -> FakeSlot | None:
        return next((slot for slot in self.items.slots if slot.lease_id == lease.id), None)
