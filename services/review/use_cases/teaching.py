"""What a reviewer's answer tells of the reviewer, within the transaction that settles it."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from services.review.domain.ledger import Kind
from services.review.domain.quality import SETTLED_WEIGHT
from services.review.domain.queue import Item, is_for_leads
from services.review.domain.reviewers import Reviewer
from services.review.domain.showing import is_drawn
from services.review.domain.votes import Ballot
from services.review.ports import Transaction
from services.review.use_cases.standing import pause_if_below, record_standing
from shared.project import Project

_LEAST = 0.001
"""Labels less likely than this teach nothing, and a thousand of them would be kept for nothing."""


@dataclass(frozen=True, slots=True)
class Lesson:
    """How an item stands after its newest vote.

    Attributes:
        ballots: its votes, the newest last.
        truth: the probability of each label, if the item is settled or its voters disagree.
        by_lead: whether the newest vote is a lead's, who had the last word.
        settled: whether there will be no better truth than this one.
    """

    ballots: Sequence[Ballot]
    truth: Mapping[str, float] | None = None
    by_lead: bool = False
    settled: bool = True

    def pupils(self) -> dict[str, str]:
        """Who said what that tells of them: none that stood alone, it would confirm itself."""
        if self.truth is None or len(self.ballots) == 1:
            return {}
        judged = self.ballots[:-1] if self.by_lead else self.ballots
        return {ballot.reviewer: ballot.label for ballot in judged}

    def held_against(self) -> str | None:
        """The truth as it has to be kept, so that it can be unlearned when a better one comes."""
        if self.settled or self.truth is None:
            return None
        return json.dumps({label: p for label, p in self.truth.items() if p >= _LEAST})


class Teach:
    """Lets reviewers' skills learn, and pauses those who turn out to be below the bar."""

    def __call__(
        self,
        transaction: Transaction,
        item: Item,
        project: Project,
        lesson: Lesson,
        now: datetime,
    ) -> None:
        """Learn what the item's newest vote tells of all who voted on it, once of each.

        What was learned while they disagreed is unlearned as soon as more is known.
        """
        pupils = lesson.pupils()
        earlier: Mapping[str, str | None] = {}
        if pupils:
            earlier = transaction.votes.taught(item.id)
            done = {who for who, held_against in earlier.items() if held_against is None}
            pupils = {who: said for who, said in pupils.items() if who not in done}
            transaction.votes.mark_taught(item.id, pupils, lesson.held_against())
        newest = lesson.ballots[-1]
        drawn = is_drawn(item, project) and not lesson.by_lead
        names = pupils.keys() | ({newest.reviewer} if drawn else set())
        for reviewer in transaction.reviewers.lock(item.project, names) if names else ():
            learned = reviewer
            if drawn and reviewer.name == newest.reviewer:
                learned = _with_arm(learned, newest, item)
            if reviewer.name in pupils:
                said, before = pupils[reviewer.name], earlier.get(reviewer.name)
                learned = _with_lesson(learned, said, before, lesson.truth or {})
            keep(transaction, learned, project, now)

    def forget(
        self,
        transaction: Transaction,
        item: Item,
        project: Project,
        undone: Ballot | None = None,
    ) -> None:
        """Unlearn what an item told of those whose answers count: it is open again.

        An answer that is `undone` by its giver also tells nothing any more of how the model's
        answer sways people.
        """
        lessons = _lessons(transaction, item)
        transaction.votes.unmark_taught(item.id, lessons)
        is_arm = undone and is_drawn(item, project) and not _is_leads(transaction, undone)
        swayed = undone if is_arm else None
        names = lessons.keys() | ({swayed.reviewer} if swayed else set())
        for reviewer in transaction.reviewers.lock(item.project, names) if names else ():
            before = reviewer
            if swayed and reviewer.name == swayed.reviewer:
                before = _with_arm(before, swayed, item, answers=-1)
            if reviewer.name in lessons:
                before = before.untaught(*lessons[reviewer.name], SETTLED_WEIGHT)
            transaction.reviewers.put(before)


def _with_lesson(
    reviewer: Reviewer, said: str, before: str | None, truth: Mapping[str, float]
) -> Reviewer:
    if before is None:
        return reviewer.taught(said, truth, SETTLED_WEIGHT)
    return reviewer.taught_anew(said, json.loads(before), truth, SETTLED_WEIGHT)


def _lessons(transaction: Transaction, item: Item) -> dict[str, tuple[str, Mapping[str, float]]]:
    """What those said of an item whose skills have learned of it, and what it was held against."""
    known = transaction.votes.taught(item.id)
    settled = _truth(transaction, item) if known and item.settled else None
    said = {b.reviewer: b.label for b in transaction.votes.counted(item.id, item.round)}
    truths = {who: json.loads(how) if how else settled for who, how in known.items() if who in said}
    return {who: (said[who], truth) for who, truth in truths.items() if truth is not None}


def _truth(transaction: Transaction, item: Item) -> Mapping[str, float] | None:
    """What a settled item's answers were held against; None if people never settled it."""
    told = transaction.ledger.story(item.project, item.event_id, [Kind.CORRECTED])
    if not told:
        return None
    truth: Mapping[str, float] = json.loads(told[-1].body)["label_probabilities"]
    return truth


def _is_leads(transaction: Transaction, ballot: Ballot) -> bool:
    given = transaction.leases.get(ballot.lease_id)
    return given is not None and is_for_leads(given.queue)


def keep(transaction: Transaction, reviewer: Reviewer, project: Project, now: datetime) -> None:
    """Keep what was learned of a reviewer, and pause them if that puts them below the bar."""
    judged = pause_if_below(reviewer, project, now)
    if judged.state is reviewer.state:
        transaction.reviewers.put(judged)
    else:
        record_standing(transaction, judged, now)


def _with_arm(reviewer: Reviewer, ballot: Ballot, item: Item, *, answers: int = 1) -> Reviewer:
    agreed = ballot.label == item.predicted
    arms = reviewer.arms.plus(saw_model=ballot.saw_model, agreed=agreed, answers=answers)
    return replace(reviewer, arms=arms)
