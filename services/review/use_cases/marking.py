"""Answers on gold: marked at once, told of nobody but the reviewer's skill."""

import json
from dataclasses import replace
from datetime import datetime

from services.review.domain.confirming import is_to_confirm
from services.review.domain.gold import (
    RECENT,
    RECENT_FALSE_PAUSE,
    Purpose,
    Showing,
    gold_queue,
)
from services.review.domain.ledger import Kind, NewEntry
from services.review.domain.quality import Opinion
from services.review.domain.queue import Item, Lease, Stage
from services.review.domain.reviewers import Reviewer, State
from services.review.domain.routing import predicted_label
from services.review.domain.standing import Tally, is_below
from services.review.domain.votes import Answer
from services.review.domain.voting import VerdictKind, verdict
from services.review.ports import Transaction
from services.review.use_cases.concluding import rule_of
from services.review.use_cases.settling import Decided, case_of
from services.review.use_cases.standing import record_standing
from services.review.use_cases.teaching import keep
from shared.events import DecidedBy, RouteReason
from shared.project import Project


def mark_copy(
    transaction: Transaction, lease: Lease, answer: Answer, project: Project, now: datetime
) -> bool:
    """Mark an answer on a copy. False if the copy is not held any more.

    Whoever was locked first guards all of a person's copies, so that no two wait for each other.
    """
    (reviewer,) = transaction.reviewers.lock(project.name, {lease.holder})
    item = transaction.items.count_vote(lease.item.id)
    if item is None or not transaction.leases.use(lease):
        return False
    turn = turn_of(transaction, item)
    case = case_of(transaction, project.name, turn.gold.event_id)
    decided = _would_decide(reviewer, answer.label, predicted_label(case.probabilities), project)
    transaction.items.settle(item.id, None, item.decisions)
    turn = replace(turn, label=answer.label, decided=decided, at=now, lease_id=lease.id)
    transaction.gold.keep(turn)
    learn(transaction, turn, answer.label, (reviewer, project), now)
    record_answer(transaction, turn, answer, item.votes, now)
    return True


def as_decided(transaction: Transaction, item: Item, turn: Showing) -> Decided | None:
    """The decision that a random check would have, had it been answered as its copy was.

    A decision stands until an answer differs from it: the model's where it decided at once, and
    that of an answer which was taken back since.
    """
    project, event_id = item.project, turn.gold.event_id
    decided = None
    if item.decisions:
        predicted = predicted_label(case_of(transaction, project, event_id).probabilities)
        by, at = DecidedBy.MODEL, item.received_at
        decided = Decided(project, event_id, item.decisions, predicted, by, at)
    for answer in transaction.ledger.story(project, str(turn.id), [Kind.GOLD_ANSWERED]):
        body = json.loads(answer.body)
        if body["decided"] and (decided is None or decided.label != body["said"]):
            revision, by = (decided.revision if decided else 0) + 1, DecidedBy.REVIEWERS
            decided = Decided(project, event_id, revision, body["said"], by, answer.at)
    return decided if turn.decided else None


def learn(
    transaction: Transaction,
    turn: Showing,
    said: str,
    whose: tuple[Reviewer, Project],
    now: datetime,
) -> None:
    """Let a reviewer's skill learn of a gold answer; the careless are paused."""
    reviewer, project = whose
    learned = reviewer.taught(said, {turn.gold.label: 1.0}, 1.0)
    bar = project.quality.pause_below
    recent = transaction.gold.newest(
        project.name, reviewer.name, Purpose.HIDDEN, reviewer.since, RECENT
    )
    tally = Tally(float(sum(recent)), float(len(recent)))
    careless = bar is not None and is_below(tally, bar, false_pause=RECENT_FALSE_PAUSE)
    if careless and learned.state is not State.PAUSED:
        reason = (
            f"only {sum(recent)} of the last {len(recent)} answers that were checked were right"
        )
        record_standing(transaction, learned.paused(now, None, reason), now)
    else:
        keep(transaction, learned, project, now)


def unmark_copy(transaction: Transaction, item: Item, turn: Showing, now: datetime) -> None:
    """Take the answer on a copy back; it waits for nobody but who holds it again."""
    (reviewer,) = transaction.reviewers.lock(item.project, {turn.reviewer})
    assert turn.label is not None  # noqa: S101 - who calls has seen it
    known = reviewer.untaught(turn.label, {turn.gold.label: 1.0}, 1.0)
    transaction.reviewers.put(known)
    transaction.gold.keep(replace(turn, label=None, decided=False, at=None, lease_id=None))
    transaction.items.reopen(item.id, gold_queue(item.project), Stage.ROUTED, slots=0)
    _record(transaction, turn, f"{turn.id}/undone", item.votes, "undone", now)


def turn_of(transaction: Transaction, item: Item) -> Showing:
    """The turn to which a copy belongs."""
    turn = transaction.gold.of_item(item.id)
    assert turn is not None  # noqa: S101 - a copy is made with it
    return turn


def record_answer(
    transaction: Transaction, turn: Showing, answer: Answer, number: int, now: datetime
) -> None:
    """Write an answer on gold down, in a kind of its own: it is no vote."""
    word = "right" if answer.label == turn.gold.label else "wrong"
    said = {
        "said": answer.label,
        "decided": turn.decided,
        "comment": answer.comment,
        "seconds": answer.seconds_spent,
    }
    _record(transaction, turn, str(turn.id), number, f"{turn.purpose.value}.{word}", now, **said)


def _record(
    transaction: Transaction,
    turn: Showing,
    subject: str,
    number: int,
    detail: str,
    now: datetime,
    **more: object,
) -> None:
    body = {"event_id": turn.gold.event_id, "reviewer": turn.reviewer, "label": turn.gold.label}
    transaction.ledger.append(
        [
            NewEntry(
                turn.gold.project,
                Kind.GOLD_ANSWERED,
                subject,
                number,
                detail,
                json.dumps(body | more),
                now,
            )
        ]
    )


def _would_decide(reviewer: Reviewer, label: str, predicted: str, project: Project) -> bool:
    """Whether this answer alone would decide a random check."""
    if is_to_confirm(RouteReason.AUDIT, predicted, label, project.policy):
        return False
    rule = rule_of(project)
    found = verdict(project.labels, [Opinion(reviewer.skill, label)], rule)
    return rule.is_single or found.kind is VerdictKind.DECIDED
