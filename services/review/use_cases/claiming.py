"""Claiming: who gets which item, and what they are shown of it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from services.review.domain.access import Permission, User, project_of
from services.review.domain.cases import recall
from services.review.domain.coin import Draw, coin
from services.review.domain.facts import Case
from services.review.domain.gold import case_as_audit, is_copy, lease_as_audit
from services.review.domain.ledger import Kind
from services.review.domain.priority import precedence
from services.review.domain.queue import (
    Candidate,
    EmptyBecause,
    Item,
    Lease,
    Stage,
    answers_blind,
    is_for_leads,
    queues_of,
)
from services.review.domain.showing import sees_model, without_withheld
from services.review.domain.votes import Ballot, Draft
from services.review.errors import Forbidden, NotFound
from services.review.ports import Hold, ProjectState, Transaction
from services.review.use_cases.dealing import deal
from services.review.use_cases.shares import LabelShares
from services.review.use_cases.standing import check_standing

_WINDOW = 4
"""Candidates that are looked at besides those asked for; among them the order is exact."""


@dataclass(frozen=True, slots=True)
class Claim:
    """An item, held by a reviewer, with all that is needed to answer it.

    Attributes:
        draft: what they had begun to answer before.
        opinions: what others said; only for the lead who is to settle their disagreement.
        notes: what others wrote when they passed the item on.
    """

    lease: Lease
    case: Case
    project: ProjectState
    draft: Draft | None = None
    opinions: Sequence[Ballot] = ()
    notes: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Claims:
    """What a claim brought, and if nothing, why."""

    claims: Sequence[Claim]
    empty_because: EmptyBecause | None = None
    next_free_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Wish:
    """What a reviewer asks for."""

    queue: str
    limit: int
    lease_seconds: int | None = None


class Claiming:
    """Leases items to reviewers, within a transaction."""

    def __init__(self, coin_key: bytes) -> None:
        self._shares = LabelShares()
        self._coin_key = coin_key

    def __call__(
        self, transaction: Transaction, wish: Wish, reviewer: User, now: datetime
    ) -> Claims:
        """Lease up to `limit` items of a queue.

        Raises:
            NotFound: no such queue.
            Forbidden: the queue is for leads.
            Paused: the reviewer may not work for now.
            NotQualified: the reviewer has an exam to pass first.
        """
        project = worked_by(transaction, wish.queue, reviewer)
        check_standing(transaction, project.configuration, reviewer)
        leases = self._granted(transaction, wish, project, reviewer, now)
        if not leases:
            return _nothing(transaction, wish.queue, reviewer, now)
        return Claims(self.shown(transaction, leases, project))

    def _granted(
        self,
        transaction: Transaction,
        wish: Wish,
        project: ProjectState,
        reviewer: User,
        now: datetime,
    ) -> list[Lease]:
        """Holds on the first items that nobody else gets, gold among them."""
        seconds = wish.lease_seconds or project.configuration.lease_seconds
        until = now + timedelta(seconds=seconds)
        dealt = deal(transaction, project.configuration, wish.queue, reviewer, self._coin_key)
        leases = dealt.given_back(until, now)
        hold = self.hold(reviewer, until, project)
        heads = self._in_order(transaction, wish, project, reviewer, now)
        waiting: Sequence[Candidate] = ()
        while len(leases) < wish.limit and (waiting := waiting or next(heads, ())):
            leases += dealt.instead_of(waiting[0], wish.limit - len(leases), until, now)
            if len(leases) < wish.limit:
                lease = transaction.leases.grant(waiting, hold, now)
                waiting = behind(waiting, lease)
                if lease:
                    leases.append(lease)
                    dealt.count()
        dealt.keep()
        return leases

    def shown(
        self, transaction: Transaction, leases: Sequence[Lease], project: ProjectState
    ) -> list[Claim]:
        """The leased items with their content; gold as if it were a random check."""
        name, policy = project.configuration.name, project.configuration.policy
        turns = {
            lease.id: turn
            for lease in leases
            if is_copy(lease.queue) and (turn := transaction.gold.of_item(lease.item.id))
        }
        leases = [
            lease_as_audit(lease, turns[lease.id].gold) if lease.id in turns else lease
            for lease in leases
        ]
        items = [lease.item for lease in leases]
        bodies = transaction.ledger.known(name, Kind.ROUTED, [item.event_id for item in items])
        drafts = transaction.votes.drafts([item.id for item in items], leases[0].holder)
        cases = {
            lease.id: without_withheld(
                recall(name, lease.item.event_id, bodies[lease.item.event_id]),
                project.configuration,
            )
            for lease in leases
        }
        return [
            Claim(
                lease,
                case_as_audit(cases[lease.id], policy) if lease.id in turns else cases[lease.id],
                project,
                drafts.get(lease.item.id),
                *_others(transaction, lease),
            )
            for lease in leases
        ]

    def _in_order(
        self,
        transaction: Transaction,
        wish: Wish,
        project: ProjectState,
        reviewer: User,
        now: datetime,
    ) -> Iterator[Sequence[Candidate]]:
        """Candidates, the first first; again from the queue when all were lost to others."""
        configuration, tried = project.configuration, set[int]()
        shares = self._shares.of(transaction, configuration, now)
        urgent_until = now + timedelta(seconds=configuration.deadline.urgent_seconds)
        while True:
            found = transaction.leases.candidates(
                wish.queue, reviewer.name, now, urgent_until, wish.limit + _WINDOW + len(tried)
            )
            fresh = [candidate for candidate in found if candidate.item.id not in tried]
            if not fresh:
                return
            fresh.sort(key=lambda c: precedence(c, urgent_until, configuration.order, shares))
            yield _one_an_item(fresh, tried)

    def hold(self, reviewer: User, until: datetime, project: ProjectState) -> Hold:
        """A hold on items of a project; who sees the model's answer is drawn for each item."""

        def sees(item: Item) -> bool:
            draw = coin(self._coin_key, Draw.SHOWN, item.project, item.event_id)
            return sees_model(item, project.configuration, draw)

        return Hold(reviewer.name, until, sees)


def behind(candidates: Sequence[Candidate], lease: Lease | None) -> Sequence[Candidate]:
    """What is left to claim behind what was leased; nothing if all of it went to others."""
    if lease is None:
        return ()
    items = [candidate.item.id for candidate in candidates]
    return candidates[items.index(lease.item.id) + 1 :]


def _one_an_item(candidates: Sequence[Candidate], tried: set[int]) -> Sequence[Candidate]:
    """The first slot of each item, all of which are tried now."""
    first: dict[int, Candidate] = {}
    for candidate in candidates:
        first.setdefault(candidate.item.id, candidate)
    tried.update(first)
    return [*first.values()]


def worked_by(transaction: Transaction, queue: str, reviewer: User) -> ProjectState:
    """The project of a queue.

    Raises:
        NotFound: no such queue.
        Forbidden: the queue is for leads.
    """
    project = transaction.projects.get(project_of(queue))
    if project is None or queue not in queues_of(project.configuration.name):
        raise NotFound(f"there is no queue {queue!r}; GET /v1/queues lists them")
    if is_for_leads(queue) and not reviewer.may(Permission.LEAD):
        raise Forbidden(f"the queue {queue!r} is for leads; work {project_of(queue)!r}")
    return project


def _nothing(transaction: Transaction, queue: str, reviewer: User, now: datetime) -> Claims:
    """Why there is nothing; what others are claiming at this very moment is theirs already."""
    next_free_at = transaction.leases.next_free(queue, reviewer.name)
    being_claimed = transaction.leases.candidates(queue, reviewer.name, now, now, 1)
    if next_free_at is not None or being_claimed:
        return Claims([], EmptyBecause.ALL_LEASED, next_free_at)
    others = transaction.leases.any_in(queue)
    return Claims([], EmptyBecause.NONE_FOR_YOU if others else EmptyBecause.NO_ITEMS)


def _others(transaction: Transaction, lease: Lease) -> tuple[Sequence[Ballot], Sequence[str]]:
    """What others said and wrote: nobody but a lead sees it, and only where it is the question.

    A second look at what the model contradicts is blind.
    """
    item = lease.item
    if answers_blind(lease.queue, item.stage):
        return (), ()
    notes = [note for _, _, note in transaction.votes.notes(item.id)]
    if item.stage is Stage.DISAGREED:
        return transaction.votes.counted(item.id, item.round), notes
    return (), notes
