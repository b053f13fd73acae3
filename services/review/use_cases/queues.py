"""Working a queue: claims, heartbeats, giving back, passing on."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from services.review.domain.access import Permission, User, project_of
from services.review.domain.gold import is_copy
from services.review.domain.ledger import Kind
from services.review.domain.queue import (
    Lease,
    LeaseEnd,
    QueueState,
    Stage,
    is_for_leads,
    leads_queue,
    queues_of,
)
from services.review.domain.votes import Because, Draft
from services.review.errors import Invalid, LeaseLost, NotFound
from services.review.ports import ProjectState, Store, Transaction
from services.review.use_cases.claiming import Claiming, Claims, Wish, worked_by
from services.review.use_cases.repeating import UNNAMED, Once
from services.review.use_cases.settling import entry
from shared.clock import Clock

_LOST = "the item was decided or claimed by somebody else; claim again"


@dataclass(frozen=True, slots=True)
class Queue:
    """A queue as it stands.

    Attributes:
        workers: how much each person holds there; only for those who lead or operate.
    """

    project: ProjectState
    state: QueueState
    workers: Mapping[str, int] = field(default_factory=dict)


def held_lease(transaction: Transaction, lease_id: str, reviewer: User) -> Lease:
    """A reviewer's own lease, whether it still holds or not; others' look as if absent."""
    lease = transaction.leases.get(lease_id)
    if lease is None or lease.holder != reviewer.name or not reviewer.sees(lease.item.project):
        raise NotFound("there is no such lease of yours; claim again")
    return lease


def _by_queue(workers: Mapping[str, Mapping[str, int]]) -> Mapping[str, Mapping[str, int]]:
    """Who holds how much where; who holds gold works their project's own queue, as it looks."""
    found: dict[str, Counter[str]] = {}
    for queue, holds in workers.items():
        shown = project_of(queue) if is_copy(queue) else queue
        found.setdefault(shown, Counter()).update(holds)
    return found


class WorkQueues:
    """What a reviewer does with a queue, but for deciding."""

    def __init__(self, store: Store, clock: Clock, claiming: Claiming) -> None:
        self._store = store
        self._clock = clock
        self._claiming = claiming

    def states(self, caller: User) -> Sequence[Queue]:
        """How each queue stands that the caller sees, by name; leads' own when items wait there."""
        now = self._clock.now()
        watches = caller.may(Permission.LEAD) or caller.may(Permission.OPERATE)
        with self._store.read() as transaction:
            workers = _by_queue(transaction.leases.workers(now)) if watches else {}
            queues = [
                Queue(project, transaction.items.state(name, now), workers.get(name, {}))
                for project in transaction.projects.all()
                if caller.sees(project.configuration.name)
                for name in queues_of(project.configuration.name)
                if not is_for_leads(name) or watches
            ]
        return [q for q in queues if q.state.depth or not is_for_leads(q.state.queue)]

    def state(self, queue: str, caller: User) -> Queue:
        """How one queue stands.

        Raises:
            NotFound: no such queue.
            Forbidden: the queue is for leads.
        """
        with self._store.read() as transaction:
            project = worked_by(transaction, queue, caller)
            return Queue(project, transaction.items.state(queue, self._clock.now()))

    def claim(self, wish: Wish, reviewer: User, once: Once = UNNAMED) -> Claims:
        """Lease up to `limit` items to a reviewer; asked again, those that are still held."""
        with self._store.write() as transaction:
            earlier = once.earlier(transaction, reviewer.name)
            if earlier is not None:
                return self._again(transaction, wish, reviewer, json.loads(earlier))
            now = self._clock.now()
            claims = self._claiming(transaction, wish, reviewer, now)
            if claims.claims:
                leases = json.dumps([claim.lease.id for claim in claims.claims])
                once.done(transaction, reviewer.name, leases, now)
            return claims

    def _again(
        self, transaction: Transaction, wish: Wish, reviewer: User, leases: Sequence[str]
    ) -> Claims:
        project = worked_by(transaction, wish.queue, reviewer)
        granted = [transaction.leases.get(lease) for lease in leases]
        held = [lease for lease in granted if lease is not None and lease.holds]
        return Claims(self._claiming.shown(transaction, held, project) if held else [])

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
            if not transaction.leases.extend(lease, until):
                raise LeaseLost(_LOST)
            return lease._replace(expires_at=until, current=True)

    def release(self, lease_id: str, reviewer: User) -> None:
        """Give an item back; giving back what is not held any more changes nothing."""
        with self._store.write() as transaction:
            lease = held_lease(transaction, lease_id, reviewer)
            transaction.leases.give_back(lease, LeaseEnd.RELEASED)

    def skip(self, lease_id: str, reviewer: User, reason: str | None, once: Once = UNNAMED) -> None:
        """Leave an item to others; it is never shown to this reviewer again.

        Raises:
            LeaseLost: it is not held any more.
        """
        with self._store.write() as transaction:
            if once.earlier(transaction, reviewer.name) is not None:
                return
            lease = held_lease(transaction, lease_id, reviewer)
            if not transaction.leases.give_back(lease, LeaseEnd.SKIPPED):
                raise LeaseLost(_LOST)
            now = self._clock.now()
            once.done(transaction, reviewer.name, "", now)
            transaction.votes.pass_on(lease.item.id, reviewer.name, Because.SKIPPED, reason, now)

    def escalate(self, lease_id: str, reviewer: User, reason: str, once: Once = UNNAMED) -> str:
        """Let a lead decide; the name of the queue in which the item waits now.

        Raises:
            Invalid: it is in a leads' queue already.
            LeaseLost: it is not held any more.
        """
        with self._store.write() as transaction:
            moved_to = once.earlier(transaction, reviewer.name)
            if moved_to is not None:
                return moved_to
            lease = held_lease(transaction, lease_id, reviewer)
            item = transaction.items.lock(lease.item.id)
            if is_copy(item.queue):
                return self._escalate_copy(transaction, lease, reason, once)
            if is_for_leads(item.queue):
                raise Invalid("the item waits for a lead already; decide it, or skip it")
            if not transaction.leases.give_back(lease, LeaseEnd.ESCALATED):
                raise LeaseLost(_LOST)
            now, queue = self._clock.now(), leads_queue(item.project)
            once.done(transaction, reviewer.name, queue, now)
            transaction.votes.pass_on(item.id, reviewer.name, Because.ESCALATED, reason, now)
            transaction.items.move(item.id, queue, Stage.ESCALATED, slots=1)
            earlier = transaction.ledger.story(item.project, item.event_id, [Kind.ESCALATED])
            body = json.dumps({"reviewer": reviewer.name, "reason": reason})
            transaction.ledger.append(
                [entry(item, Kind.ESCALATED, len(earlier) + 1, Stage.ESCALATED.value, body, now)]
            )
            return queue

    def _escalate_copy(
        self, transaction: Transaction, lease: Lease, reason: str, once: Once
    ) -> str:
        """A copy goes nowhere: its event is decided, and its holder is through with it."""
        if not transaction.leases.give_back(lease, LeaseEnd.ESCALATED):
            raise LeaseLost(_LOST)
        now, queue = self._clock.now(), leads_queue(lease.item.project)
        once.done(transaction, lease.holder, queue, now)
        transaction.votes.pass_on(lease.item.id, lease.holder, Because.ESCALATED, reason, now)
        return queue

    def keep_draft(
        self, lease_id: str, reviewer: User, label: str | None, comment: str | None
    ) -> None:
        """Keep what a reviewer has begun to answer; they find it when they next hold the item."""
        with self._store.write() as transaction:
            item = held_lease(transaction, lease_id, reviewer).item
            draft = Draft(label, comment, self._clock.now())
            transaction.votes.keep_draft(item.id, reviewer.name, draft)
