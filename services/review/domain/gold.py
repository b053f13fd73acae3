"""Gold: events whose answer is known, given in disguise to learn how good reviewers are.

A gold item is handed out as a *copy*: an item of its own, in a queue of its own that nobody can
claim from, with one slot that only one person is ever given. So all that can be done with an item
can be done with it, and nothing that is done with it touches the event it was copied from.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from services.review.domain.certificate.lanes import terms_of
from services.review.domain.coin import Draw, coin, secret_name
from services.review.domain.facts import Case
from services.review.domain.queue import Candidate, Lease, NewItem, Worth
from shared.events import RouteReason
from shared.project import Policy

FIRST_GOLD = 12
"""So many gold items a new reviewer gets before anything else, where there are as many."""

RECENT = 50
"""How many gold answers are looked at to notice somebody who has turned careless."""

RECENT_FALSE_PAUSE = 1e-5
"""Smaller than that of the whole evidence, since each window is another chance to be wrong."""

_SUFFIX = ".gold"
_MOST_OLDER = 600.0


class Purpose(StrEnum):
    """Why somebody was given a gold item."""

    HIDDEN = "gold"
    EXAM = "exam"


@dataclass(frozen=True, slots=True)
class NewGold:
    """An event that a lead makes gold: the answer, and what is said of it after an exam."""

    project: str
    event_id: str
    label: str
    explanation: str | None
    added_by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Gold(NewGold):
    """An event whose answer is known; who is not `active` is given to nobody any more."""

    id: int = 0
    active: bool = True


@dataclass(frozen=True, slots=True)
class Showing:
    """One person's turn with a gold item; nobody has two with the same.

    Attributes:
        item_id: of the copy; None in an exam.
        label: what they answered; None so far.
        decided: whether they were told that their answer decided.
        at: when they answered.
        lease_id: under which hold.
    """

    id: int
    gold: Gold
    reviewer: str
    purpose: Purpose
    item_id: int | None
    label: str | None = None
    decided: bool = False
    at: datetime | None = None
    lease_id: str | None = None

    @property
    def is_right(self) -> bool:
        """Whether the answer is the known one."""
        return self.label == self.gold.label


@dataclass(frozen=True, slots=True)
class Score:
    """How many gold items somebody has answered, and how many right."""

    seen: int = 0
    right: int = 0


def gold_queue(project: str) -> str:
    """Where copies are; nobody may claim from it."""
    return project + _SUFFIX


def is_copy(queue: str) -> bool:
    """Whether an item in this queue is a copy of a gold item.

    >>> is_copy(gold_queue("churn")), is_copy("churn.leads")
    (True, False)
    """
    return queue.endswith(_SUFFIX)


def is_due(key: bytes, project: str, reviewer: str, dealt: int, given: int, share: float) -> bool:
    """Whether a reviewer's next item is to be gold.

    Args:
        key: the installation's secret, so that nobody can foresee it.
        project: where they work.
        reviewer: who.
        dealt: how many items the reviewer was given so far.
        given: how many of them were gold.
        share: of gold, in the project's file.
    """
    return given < FIRST_GOLD or coin(key, Draw.GOLD, project, f"{reviewer}/{dealt}") < share


def copy_of(gold: Gold, reviewer: str, like: Candidate, key: bytes, now: datetime) -> NewItem:
    """A copy for somebody that looks as the item does in whose place it comes, a little older."""
    who = f"{reviewer}/{gold.id}"
    left = (like.item.deadline - now).total_seconds() / 2 if like.item.deadline else _MOST_OLDER
    older = coin(key, Draw.AGE, gold.project, who) * max(1.0, min(left, _MOST_OLDER))
    shift = timedelta(seconds=older)
    return NewItem(
        project=gold.project,
        event_id=secret_name(key, gold.project, who),
        reason=RouteReason.AUDIT,
        received_at=like.item.received_at - shift,
        deadline=like.item.deadline - shift if like.item.deadline else None,
        worth=Worth("", doubt=0.0),
        rank=0.0,
        queue=gold_queue(gold.project),
    )


def lease_as_audit(lease: Lease, gold: Gold) -> Lease:
    """The hold on a copy as its holder sees it: on a random check."""
    item = lease.item._replace(event_id=gold.event_id, queue=gold.project)
    return lease._replace(item=item, queue=gold.project)


def case_as_audit(case: Case, policy: Policy) -> Case:
    """A gold item's content as if it had been drawn for a random check today."""
    change = {"reason": RouteReason.AUDIT, "inclusion_probability": terms_of(policy).floor}
    return replace(case, route=case.route.model_copy(update=change))
