"""The queues: items, and the holds on them."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from services.review.domain.queue import (
    Candidate,
    Item,
    Lease,
    LeaseEnd,
    NewItem,
    QueueState,
    Stage,
)
from shared.events import RouteReason


@dataclass(frozen=True, slots=True)
class Hold:
    """A lease to be granted: to whom, until when, on which items they see the model's answer."""

    holder: str
    until: datetime
    sees_model: Callable[[Item], bool]


class Items(Protocol):
    """The items. Who changes one takes its row first, then its slots: so none wait in a ring."""

    def add(self, items: Sequence[NewItem]) -> None:
        """Let events wait for people."""
        ...

    def get(self, item_id: int) -> Item | None:
        """One item."""
        ...

    def of_event(self, project: str, event_id: str) -> Item | None:
        """The item of an event, if people ever had to do with it."""
        ...

    def lock(self, item_id: int) -> Item:
        """An item as it is now; nobody else changes it until the transaction ends."""
        ...

    def count_vote(self, item_id: int) -> Item | None:
        """Number one more vote, and keep others from doing so. None if the item is settled."""
        ...

    def settle(self, item_id: int, label: str | None, decisions: int) -> None:
        """Take an item out of its queue, with all its slots; whoever holds one has lost it."""
        ...

    def move(self, item_id: int, queue: str, stage: Stage, slots: int) -> None:
        """Let a waiting item wait elsewhere; who holds it may answer, but is not followed.

        Who began to hold it where it waits now is followed again.
        """
        ...

    def offer(self, item_id: int, slots: int) -> None:
        """Have an item offer so many slots in its queue: free ones come or go, held ones stay."""
        ...

    def reopen(
        self, item_id: int, queue: str, stage: Stage, slots: int, *, anew: bool = False
    ) -> None:
        """Let a settled item wait again; `anew`: earlier votes do not count."""
        ...

    def due(self, now: datetime, limit: int) -> Sequence[Item]:
        """Waiting items whose deadline has passed and that nobody has seen to."""
        ...

    def undecided(self, project: str) -> int:
        """How many items of a project's own queue wait without any decision."""
        ...

    def surplus(self, project: str, spared: Collection[RouteReason], limit: int) -> Sequence[Item]:
        """Those of them that nobody holds, has answered or has seen to, the newest first.

        Args:
            project: whose own queue.
            spared: reasons of items that are none.
            limit: how many at most.
        """
        ...

    def mark_late(self, item_id: int, decisions: int) -> bool:
        """Note that a deadline was seen to. False if somebody else did, or it is settled."""
        ...

    def rerank(self, project: str, predicted: str, weight: float) -> None:
        """Rank the waiting items of a predicted label again: weight x doubt x (1 + novelty)."""
        ...

    def labels(self, project: str) -> Mapping[str, int]:
        """How often people decided each label."""
        ...

    def state(self, queue: str, now: datetime) -> QueueState:
        """How the queue stands."""
        ...


class Leases(Protocol):
    """The holds: a claim is one guarded UPDATE, and whoever changes the row has won."""

    def candidates(
        self, queue: str, reviewer: str, now: datetime, urgent_until: datetime, limit: int
    ) -> Sequence[Candidate]:
        """Slots that a reviewer may claim: the most urgent, the first by rank, the expired."""
        ...

    def grant(self, candidates: Sequence[Candidate], hold: Hold, now: datetime) -> Lease | None:
        """Lease the first of these slots that nobody else has. None if all went to others.

        Raises:
            Unavailable: the same person has just got another slot of the item.
        """
        ...

    def grant_own(self, item_id: int, hold: Hold, now: datetime) -> Lease | None:
        """Lease a free slot of this item. None if there is none."""
        ...

    def grant_again(self, item_id: int, queue: str, hold: Hold, now: datetime) -> Lease:
        """Lease a new slot to who held the item before, in that queue.

        If the item waits elsewhere by now, nobody else is offered the slot.
        """
        ...

    def get(self, lease_id: str) -> Lease | None:
        """A lease that was granted, whether it still holds or not."""
        ...

    def extend(self, lease: Lease, until: datetime) -> bool:
        """Let a lease last longer. False if it was lost meanwhile."""
        ...

    def give_back(self, lease: Lease, end: LeaseEnd) -> bool:
        """Free the slot. False if the lease was lost meanwhile."""
        ...

    def use(self, lease: Lease) -> bool:
        """Use the slot up by an answer. False if the lease was lost meanwhile."""
        ...

    def next_free(self, queue: str, reviewer: str) -> datetime | None:
        """When the first slot that the reviewer might get ends to be held. None: there is none."""
        ...

    def any_in(self, queue: str) -> bool:
        """Whether the queue has any slot, for whomever."""
        ...

    def workers(self, now: datetime) -> Mapping[str, Mapping[str, int]]:
        """How many slots each person holds, by queue."""
        ...
