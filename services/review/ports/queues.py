"""The queues."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from services.review.domain.queue import Lease, NewItem, QueueState


class Items(Protocol):
    """The queues: one a project, of the same name."""

    def add(self, items: Sequence[NewItem]) -> None:
        """Let events wait for people."""
        ...

    def claim(
        self, queue: str, limit: int, holder: str, now: datetime, until: datetime
    ) -> Sequence[Lease]:
        """Lease the longest-waiting free items to one reviewer; audits come first."""
        ...

    def lease(self, lease_id: str) -> Lease | None:
        """A lease that was granted, whether it still holds or not."""
        ...

    def extend(self, lease: Lease, until: datetime) -> bool:
        """Let a lease last longer. False if it was lost meanwhile."""
        ...

    def release(self, lease: Lease) -> bool:
        """Give an item back. False if the lease was lost meanwhile."""
        ...

    def settle(self, lease: Lease) -> bool:
        """Take an item out of its queue for good. False if the lease was lost meanwhile."""
        ...

    def state(self, queue: str, now: datetime) -> QueueState:
        """How the queue stands."""
        ...

    def reopen(self, project: str, event_id: str) -> bool:
        """Let a settled item wait again. False if there is no such item."""
        ...
