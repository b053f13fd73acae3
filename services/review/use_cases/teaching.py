"""What a reviewer's answer tells of the reviewer, within the transaction that settles it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from services.review.domain.quality import SETTLED_WEIGHT
from services.review.domain.queue import Item
from services.review.domain.reviewers import Reviewer
from services.review.domain.showing import is_drawn
from services.review.domain.votes import Ballot
from services.review.ports import Transaction
from services.review.use_cases.standing import pause_if_below, record_standing
from shared.project import Project


@dataclass(frozen=True, slots=True)
class Lesson:
    """How an item stands after its newest vote.

    Attributes:
        ballots: its votes, the newest last.
        truth: the probability of each label, if it is settled.
        by_lead: whether the newest vote is a lead's, who had the last word.
    """

    ballots: Sequence[Ballot]
    truth: Mapping[str, float] | None = None
    by_lead: bool = False

    def pupils(self) -> dict[str, str]:
        """Who said what that tells of them: none that stood alone, it would confirm itself."""
        if self.truth is None or len(self.ballots) == 1:
            return {}
        judged = self.ballots[:-1] if self.by_lead else self.ballots
        return {ballot.reviewer: ballot.label for ballot in judged}


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
        """Learn what the item's newest vote tells of all who voted on it, once of each."""
        pupils = lesson.pupils()
        if pupils:
            known = transaction.votes.taught(item.id)
            pupils = {name: said for name, said in pupils.items() if name not in known}
            transaction.votes.mark_taught(item.id, pupils)
        newest = lesson.ballots[-1]
        drawn = is_drawn(item, project) and not lesson.by_lead
        names = pupils.keys() | ({newest.reviewer} if drawn else set())
        for reviewer in transaction.reviewers.lock(item.project, names) if names else ():
            learned = reviewer
            if drawn and reviewer.name == newest.reviewer:
                learned = _with_arm(learned, newest, item)
            if reviewer.name in pupils:
                truth = lesson.truth or {}
                learned = learned.taught(pupils[reviewer.name], truth, SETTLED_WEIGHT)
            keep(transaction, learned, project, now)


def keep(transaction: Transaction, reviewer: Reviewer, project: Project, now: datetime) -> None:
    """Keep what was learned of a reviewer, and pause them if that puts them below the bar."""
    judged = pause_if_below(reviewer, project, now)
    if judged.state is reviewer.state:
        transaction.reviewers.put(judged)
    else:
        record_standing(transaction, judged, now)


def _with_arm(reviewer: Reviewer, ballot: Ballot, item: Item) -> Reviewer:
    agreed = ballot.label == item.predicted
    return replace(reviewer, arms=reviewer.arms.plus(saw_model=ballot.saw_model, agreed=agreed))
