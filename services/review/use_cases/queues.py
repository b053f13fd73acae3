"""Working a queue: claims, heartbeats, giving back."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from services.review.domain.access import User, project_of
from services.review.domain.cases import recall
from services.review.domain.facts import Case
from services.review.domain.ledger import Kind
from services.review.domain.queue import EmptyBecause, Lease, QueueState
from services.review.errors import LeaseLost, NotFound
from services.review.ports import ProjectState, Store, Transaction
from shared.clock import Clock


@dataclass(frozen=True, slots=True)
class Claim:
    """An item, held by a reviewer, with all that is needed to answer it."""

    lease: Lease
    case: Case
    project: ProjectState


@dataclass(frozen=True, slots=True)
class Claims:
    """What a claim brought, and if nothing, why."""

    claims: Sequence[Claim]
    empty_because: EmptyBecause | None = None
    next_free_at: datetime | None = None


def claim(
    transaction: Transaction,
    queue: str,
    reviewer: User,
    now: datetime,
    limit: int,
    lease_seconds: int | None = None,
) -> Claims:
    """Lease up to `limit` items of a queue to a reviewer, within a transaction."""
    project = transaction.projects.get(queue)
    if project is None:
        raise NotFound(f"there is no queue {queue!r}; GET /v1/queues lists them")
    until = now + timedelta(seconds=lease_seconds or project.configuration.lease_seconds)
    leases = transaction.items.claim(queue, limit, reviewer.name, now, until)
    if not leases:
        return _nothing(transaction.items.state(queue, now))
    event_ids = [lease.item.event_id for lease in leases]
    bodies = transaction.ledger.known(queue, Kind.ROUTED, event_ids)
    return Claims(
        [
            Claim(lease, recall(queue, lease.item.event_id, bodies[lease.item.event_id]), project)
            for lease in leases
        ]
    )


def held_lease(transaction: Transaction, lease_id: str, reviewer: User) -> Lease:
    """A reviewer's own lease, whether it still holds or not; others' look as if absent."""
    lease = transaction.items.lease(lease_id)
    if (
        lease is None
        or lease.holder != reviewer.name
        or not reviewer.sees(project_of(lease.item.project))
    ):
        raise NotFound("there is no such lease of yours; claim again")
    return lease


class WorkQueues:
    """What a reviewer does with a queue, but for deciding."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def states(self, viewer: User) -> list[tuple[ProjectState, QueueState]]:
        """How each queue stands that somebody may see, by name."""
        now = self._clock.now()
        with self._store.read() as transaction:
            return [
                (project, transaction.items.state(project.configuration.name, now))
                for project in transaction.projects.all()
                if viewer.sees(project.configuration.name)
            ]

    def claim(self, queue: str, reviewer: User, limit: int, lease_seconds: int | None) -> Claims:
        """Lease up to `limit` items to a reviewer."""
        with self._store.write() as transaction:
            now = self._clock.now()
            return claim(transaction, queue, reviewer, now, limit, lease_seconds)

    def heartbeat(self, lease_id: str, reviewer: User) -> Lease:
        """Keep a lease for its project's full time from now on.

        Raises:
            LeaseLost: somebody else holds the item, or it is decided.
        """
        with self._store.write() as transaction:
            lease = held_lease(transaction, lease_id, reviewer)
            project = transaction.projects.get(lease.item.project)
            seconds = project.configuration.lease_seconds if project else 0
            until = self._clock.now() + timedelta(seconds=seconds)
            if not transaction.items.extend(lease, until):
                raise LeaseLost("the item was decided or claimed by somebody else; claim again")
            return Lease(lease.id, lease.item, lease.holder, lease.token, until, current=True)

    def release(self, lease_id: str, reviewer: User) -> None:
        """Give an item back; giving back what is not held any more changes nothing."""
        with self._store.write() as transaction:
            transaction.items.release(held_lease(transaction, lease_id, reviewer))


def _nothing(state: QueueState) -> Claims:
    if state.depth:
        return Claims([], EmptyBecause.ALL_LEASED, state.next_free_at)
    return Claims([], EmptyBecause.NO_ITEMS)
