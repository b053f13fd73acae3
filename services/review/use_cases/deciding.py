"""Deciding: an answer is a vote, and votes make a decision, in one transaction."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

import msgspec

from services.review.domain.access import User
from services.review.domain.gold import is_copy
from services.review.domain.ledger import Kind
from services.review.domain.queue import EmptyBecause, Item, Lease, Stage, is_for_leads
from services.review.domain.votes import Answer, Ballot, Because, Draft
from services.review.domain.voting import VerdictKind
from services.review.errors import Invalid, LeaseLost, NotQualified, Paused
from services.review.metrics import Metrics
from services.review.ports import Bell, Store, Transaction
from services.review.use_cases.claiming import Claiming, Claims, Wish
from services.review.use_cases.concluding import Conclude
from services.review.use_cases.marking import as_decided, mark_copy, turn_of
from services.review.use_cases.queues import held_lease
from services.review.use_cases.repeating import Once
from services.review.use_cases.settling import Decided, entry, newest_decision
from shared.clock import Clock
from shared.project import Project


class Status(StrEnum):
    """What an answer led to."""

    DECIDED = "decided"
    WAITING = "waiting"
    """Others are to answer as well."""
    DISAGREED = "disagreed"
    """A lead decides."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of an answer.

    Attributes:
        item_id: what was answered.
        decided: the decision, if there is one now.
        undo_until: until then the answer may be taken back.
    """

    item_id: int
    status: Status
    decided: Decided | None
    undo_until: datetime


_STATUS = {
    VerdictKind.DECIDED: Status.DECIDED,
    VerdictKind.MORE: Status.WAITING,
    VerdictKind.DISAGREED: Status.DISAGREED,
}


class DecideItem:
    """Take a holder's answer, and settle the item as soon as it is clear."""

    def __init__(
        self,
        store: Store,
        bell: Bell,
        metrics: Metrics,
        clock: Clock,
        claiming: Claiming,
        conclude: Conclude,
    ) -> None:
        self._store = store
        self._bell = bell
        self._metrics = metrics
        self._clock = clock
        self._claiming = claiming
        self._conclude = conclude

    def __call__(
        self, lease_id: str, reviewer: User, answer: Answer, claim_next: int
    ) -> tuple[Outcome, Claims]:
        """What the answer led to, and the reviewer's next items.

        Saying the same again under the same lease gives the same outcome.

        Raises:
            LeaseLost: the item is decided otherwise, or somebody else holds it; what was
                answered is kept as a draft.
            KeyReused: the Idempotency-Key belongs to another request.
            Invalid: the project has no such label.
        """
        try:
            with self._store.write() as transaction:
                now = self._clock.now()
                lease = held_lease(transaction, lease_id, reviewer)
                _once(lease, answer).note(transaction, reviewer.name, now)
                outcome = (
                    self._vote(transaction, lease, answer, now)
                    if lease.holds
                    else self._repeated(transaction, lease, answer)
                )
                queue = lease.item.project if is_copy(lease.queue) else lease.queue
                wish = Wish(queue, claim_next)
                following = self._following(transaction, wish, reviewer, now)
        except LeaseLost:
            self._keep(lease_id, reviewer, answer)
            raise
        self._bell.ring()
        return outcome, following

    def _following(
        self, transaction: Transaction, wish: Wish, reviewer: User, now: datetime
    ) -> Claims:
        """The next items. Who may work no more since learns why when they claim."""
        try:
            return self._claiming(transaction, wish, reviewer, now) if wish.limit else Claims([])
        except (Paused, NotQualified):
            return Claims([], EmptyBecause.NONE_FOR_YOU)

    def _vote(
        self, transaction: Transaction, lease: Lease, answer: Answer, now: datetime
    ) -> Outcome:
        project = _project_of(transaction, lease.item)
        if answer.label not in project.labels:
            labels = ", ".join(project.labels[:20])
            raise Invalid(f"{answer.label!r} is not a label; choose one of {labels}")
        if is_copy(lease.queue):
            return self._marked(transaction, lease, answer, project, now)
        item = transaction.items.count_vote(lease.item.id)
        if item is None or not transaction.leases.use(lease):
            raise self._lost(transaction, lease)
        if not transaction.votes.pass_on(item.id, lease.holder, Because.VOTED, None, now):
            raise LeaseLost("you have answered or passed on this item before")
        ballot = _ballot(item, lease, answer, now)
        transaction.votes.add(ballot)
        transaction.ledger.append(
            [entry(item, Kind.VOTED, ballot.number, lease.holder, _body(ballot, lease), now)]
        )
        self._metrics.votes.labels(item.project).inc()
        by_lead = is_for_leads(lease.queue)
        verdict, decided = self._conclude(transaction, item, ballot, project, by_lead=by_lead)
        undo_until = now + timedelta(seconds=project.undo_seconds)
        return Outcome(item.id, _STATUS[verdict.kind], decided, undo_until)

    def _marked(
        self,
        transaction: Transaction,
        lease: Lease,
        answer: Answer,
        project: Project,
        now: datetime,
    ) -> Outcome:
        """What is told of an answer on gold: the same as of one on a random check."""
        if not mark_copy(transaction, lease, answer, project, now):
            raise self._lost(transaction, lease)
        self._metrics.votes.labels(project.name).inc()
        return _told(transaction, lease, project)

    def _repeated(self, transaction: Transaction, lease: Lease, answer: Answer) -> Outcome:
        """What this lease's answer led to before, if the answer is the same."""
        if is_copy(lease.queue):
            turn = turn_of(transaction, lease.item)
            if turn.lease_id != lease.id or turn.label != answer.label:
                raise self._lost(transaction, lease)
            return _told(transaction, lease, _project_of(transaction, lease.item))
        ballot = transaction.votes.of_lease(lease.id)
        if ballot is None or ballot.label != answer.label:
            raise self._lost(transaction, lease)
        item = lease.item
        decided = newest_decision(transaction, item) if item.settled else None
        disagreed = Status.DISAGREED if item.stage is Stage.DISAGREED else Status.WAITING
        status = Status.DECIDED if item.settled else disagreed
        undo_seconds = _project_of(transaction, item).undo_seconds
        return Outcome(item.id, status, decided, ballot.at + timedelta(seconds=undo_seconds))

    def _lost(self, transaction: Transaction, lease: Lease) -> LeaseLost:
        self._metrics.leases_lost.labels(lease.item.project).inc()
        item = transaction.items.get(lease.item.id)
        turn = turn_of(transaction, lease.item) if is_copy(lease.queue) else None
        if turn and turn.decided and turn.at:
            at = turn.at.isoformat()
            return LeaseLost(
                f"{turn.reviewer} decided {turn.label!r} at {at}; your answer is kept as a draft"
            )
        if item is None or not item.settled or turn:
            return LeaseLost("the lease ended and the item went to somebody else; claim again")
        self._metrics.wasted_reviews.labels(item.project).inc()
        last = transaction.votes.counted(item.id, item.round)[-1:]
        who = last[0].reviewer if last else "somebody"
        at = f" at {last[0].at.isoformat()}" if last else ""
        return LeaseLost(f"{who} decided {item.label!r}{at}; your answer is kept as a draft")

    def _keep(self, lease_id: str, reviewer: User, answer: Answer) -> None:
        """What came too late is not thrown away."""
        with self._store.write() as transaction:
            item = held_lease(transaction, lease_id, reviewer).item
            draft = Draft(answer.label, answer.comment, self._clock.now())
            transaction.votes.keep_draft(item.id, reviewer.name, draft)


def _told(transaction: Transaction, lease: Lease, project: Project) -> Outcome:
    """What somebody is told who has answered a copy."""
    turn = turn_of(transaction, lease.item)
    assert turn.at is not None  # noqa: S101 - it was answered
    decided = as_decided(transaction, lease.item, turn)
    status = Status.DECIDED if decided else Status.WAITING
    until = turn.at + timedelta(seconds=project.undo_seconds)
    return Outcome(lease.item.id, status, decided, until)


def _once(lease: Lease, answer: Answer) -> Once:
    said = (lease.id, answer.label, answer.comment, answer.reason_code)
    return Once.asked(answer.idempotency_key, "decision", *said)


def _project_of(transaction: Transaction, item: Item) -> Project:
    state = transaction.projects.get(item.project)
    assert state is not None  # noqa: S101 - projects are never deleted
    return state.configuration


def _ballot(item: Item, lease: Lease, answer: Answer, now: datetime) -> Ballot:
    return Ballot(
        item_id=item.id,
        round=item.round,
        number=item.votes,
        reviewer=lease.holder,
        label=answer.label,
        comment=answer.comment,
        reason_code=answer.reason_code,
        seconds_spent=answer.seconds_spent,
        at=now,
        lease_id=lease.id,
        saw_model=lease.sees_model,
    )


def _body(ballot: Ballot, lease: Lease) -> str:
    body = msgspec.json.encode(
        {
            "reviewer": ballot.reviewer,
            "label": ballot.label,
            "at": ballot.at,
            "comment": ballot.comment,
            "reason_code": ballot.reason_code,
            "seconds_spent": ballot.seconds_spent,
            "round": ballot.round,
            "saw_model": ballot.saw_model,
            "lease": {"id": lease.id, "token": lease.token},
        }
    )
    return body.decode()
