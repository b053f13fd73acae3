"""Deciding an item: the answer, the decision and the correction are one transaction."""

import json
from dataclasses import dataclass
from datetime import datetime

from services.review.domain import facts
from services.review.domain.access import User
from services.review.domain.cases import recall
from services.review.domain.ledger import Kind, NewEntry
from services.review.domain.queue import Lease
from services.review.errors import Invalid, KeyReused, LeaseLost
from services.review.metrics import Metrics
from services.review.ports import Bell, Store, Transaction
from services.review.use_cases.queues import Claims, claim, held_lease
from shared.clock import Clock
from shared.events import DecidedBy, Vote


@dataclass(frozen=True, slots=True)
class Answer:
    """What a reviewer says about an item."""

    label: str
    comment: str | None = None
    seconds_spent: float | None = None
    idempotency_key: str | None = None


@dataclass(frozen=True, slots=True)
class Decided:
    """The decision that an answer made."""

    project: str
    event_id: str
    revision: int
    label: str
    decided_by: DecidedBy
    decided_at: datetime


class DecideItem:
    """Settle an item by its holder's answer."""

    def __init__(self, store: Store, bell: Bell, metrics: Metrics, clock: Clock) -> None:
        self._store = store
        self._bell = bell
        self._metrics = metrics
        self._clock = clock

    def __call__(
        self, lease_id: str, reviewer: User, answer: Answer, claim_next: int
    ) -> tuple[Decided, Claims]:
        """The decision, and the reviewer's next items.

        Saying the same again under the same lease gives the same decision.

        Raises:
            LeaseLost: the item is decided otherwise, or somebody else holds it.
            KeyReused: the Idempotency-Key belongs to another request.
            Invalid: the project has no such label.
        """
        with self._store.write() as transaction:
            now = self._clock.now()
            lease = held_lease(transaction, lease_id, reviewer)
            _check_key(transaction, lease, reviewer, answer)
            if lease.holds:
                decided = self._settle(transaction, lease, reviewer, answer, now)
            else:
                decided = _repeated(transaction, lease, answer)
            following = (
                claim(transaction, lease.item.project, reviewer, now, claim_next)
                if claim_next
                else Claims([])
            )
        self._bell.ring()
        return decided, following

    def _settle(
        self, transaction: Transaction, lease: Lease, reviewer: User, answer: Answer, now: datetime
    ) -> Decided:
        item = lease.item
        project = transaction.projects.get(item.project)
        labels = project.configuration.labels if project else ()
        if answer.label not in labels:
            raise Invalid(f"{answer.label!r} is not a label; choose one of {', '.join(labels)}")
        if not transaction.items.settle(lease):
            raise _lost(transaction, lease)
        body = transaction.ledger.known(item.project, Kind.ROUTED, [item.event_id])[item.event_id]
        case = recall(item.project, item.event_id, body)
        vote = Vote(reviewer=reviewer.name, label=answer.label, at=now)
        decision = facts.decision(case, 1, answer.label, DecidedBy.REVIEWERS, now)
        confirmed = facts.is_confirmed(case, answer.label)
        verdict = "confirmed" if confirmed else "corrected"
        voted = vote.model_dump(mode="json") | {
            "comment": answer.comment,
            "seconds_spent": answer.seconds_spent,
            "lease": {"id": lease.id, "token": lease.token},
        }
        decided_body = facts.decision_body(decision)
        transaction.ledger.append(
            [
                _entry(lease, Kind.VOTED, reviewer.name, json.dumps(voted), now),
                _entry(lease, Kind.DECIDED, DecidedBy.REVIEWERS.value, decided_body, now),
            ]
        )
        settled = facts.correction_body(answer.label, verdict, [vote])
        sequence = transaction.ledger.append_one(
            _entry(lease, Kind.CORRECTED, f"{case.route.reason.value}.{verdict}", settled, now)
        )
        correction = facts.correction(case, 1, sequence, answer.label, [vote], now)
        transaction.outbox.put([decision, correction])
        self._metrics.decisions.labels(item.project, DecidedBy.REVIEWERS.value).inc()
        self._metrics.corrections.labels(item.project, verdict).inc()
        return _decided(item.project, item.event_id, answer.label, now)


def _check_key(transaction: Transaction, lease: Lease, reviewer: User, answer: Answer) -> None:
    if answer.idempotency_key is None:
        return
    key = f"{reviewer.name}/{answer.idempotency_key}"
    request = json.dumps([lease.id, answer.label])
    answered = transaction.users.answered(key)
    if answered is None:
        transaction.users.remember_answer(key, request)
    elif answered != request:
        raise KeyReused("use a new Idempotency-Key for each answer")


def _repeated(transaction: Transaction, lease: Lease, answer: Answer) -> Decided:
    """The decision that this lease made already, if the answer is the same."""
    item = lease.item
    story = transaction.ledger.story(item.project, item.event_id, [Kind.DECIDED])
    if lease.current and story:
        earlier = json.loads(story[-1].body)["label"]
        if earlier == answer.label:
            return _decided(item.project, item.event_id, earlier, story[-1].at)
    raise _lost(transaction, lease)


def _lost(transaction: Transaction, lease: Lease) -> LeaseLost:
    item = lease.item
    votes = transaction.ledger.story(item.project, item.event_id, [Kind.VOTED])
    if votes:
        vote = json.loads(votes[-1].body)
        return LeaseLost(f"{vote['reviewer']} decided {vote['label']!r} at {vote['at']}")
    return LeaseLost("the lease ended and the item went to somebody else; claim again")


def _decided(project: str, event_id: str, label: str, at: datetime) -> Decided:
    return Decided(project, event_id, 1, label, DecidedBy.REVIEWERS, at)


def _entry(lease: Lease, kind: Kind, detail: str, body: str, now: datetime) -> NewEntry:
    item = lease.item
    return NewEntry(item.project, kind, item.event_id, 1, detail, body, now)
