"""What the votes on an item come to: a decision, further votes, or a lead's turn."""

from collections.abc import Sequence
from datetime import datetime

from services.review.domain.confirming import confirmed, is_to_confirm
from services.review.domain.quality import Opinion, Skill
from services.review.domain.queue import Item, Stage, is_for_leads, leads_queue
from services.review.domain.votes import Ballot
from services.review.domain.voting import Verdict, VerdictKind, VoteRule, verdict
from services.review.metrics import Metrics
from services.review.ports import Transaction
from services.review.use_cases.settling import Decided, Settle
from services.review.use_cases.shares import LabelShares
from services.review.use_cases.teaching import Lesson, Teach
from shared.project import Project
from shared.tracing import UNTRACED, Traces


class Conclude:
    """Draws the conclusion from the votes on an item, within a transaction that holds it."""

    def __init__(self, metrics: Metrics, traces: Traces = UNTRACED) -> None:
        self._settle = Settle(metrics, traces)
        self._shares = LabelShares()
        self._teach = Teach()

    def __call__(
        self,
        transaction: Transaction,
        item: Item,
        newest: Ballot,
        project: Project,
        *,
        by_lead: bool = False,
    ) -> tuple[Verdict, Decided | None]:
        """The verdict, and the decision if it is one; else the item offers what is still needed."""
        is_first = item.votes == 1
        ballots = [newest] if is_first else transaction.votes.counted(item.id, item.round)
        found = (
            _as_said(newest)
            if by_lead or rule_of(project).is_single
            else self.judge(transaction, ballots, project, newest.at)
        )
        if not by_lead:
            first = (item.reason, item.predicted, ballots[0].label, project.policy)
            to_confirm = is_to_confirm(*first)
            found = confirmed(found, ballots, rule_of(project), to_confirm=to_confirm)
        if found.kind is VerdictKind.DECIDED and found.label is not None:
            decided = self._settle.by_people(
                transaction, item, found.label, found.probabilities, ballots
            )
            truth = found.probabilities
            self._teach(
                transaction, item, project, Lesson(ballots, truth, by_lead=by_lead), newest.at
            )
            return found, decided
        if found.kind is VerdictKind.MORE:
            transaction.items.offer(item.id, _wanted(item, found))
            lesson = Lesson(ballots)
        else:
            queue = leads_queue(item.project)
            transaction.items.move(item.id, queue, Stage.DISAGREED, slots=1)
            lesson = Lesson(ballots, found.probabilities, settled=False)
        self._teach(transaction, item, project, lesson, newest.at)
        return found, None

    def judge(
        self,
        transaction: Transaction,
        ballots: Sequence[Ballot],
        project: Project,
        now: datetime,
    ) -> Verdict:
        """What these votes come to; nothing is changed."""
        names = {ballot.reviewer for ballot in ballots}
        skills = transaction.reviewers.skills(project.name, names)
        opinions = [Opinion(skills.get(b.reviewer, Skill()), b.label) for b in ballots]
        shares = self._shares.of(transaction, project, now)
        return verdict(project.labels, opinions, rule_of(project), shares)

    def wanted(self, transaction: Transaction, item: Item, project: Project, now: datetime) -> int:
        """How many answers an open item should ask for now, at least one."""
        ballots = transaction.votes.counted(item.id, item.round)
        return _wanted(item, self.judge(transaction, ballots, project, now))


def rule_of(project: Project) -> VoteRule:
    """How many votes an item of the project gets."""
    votes = project.votes
    return VoteRule(votes.min, votes.max, votes.agree_at)


def _wanted(item: Item, found: Verdict) -> int:
    """Of leads one answer is wanted, whatever others have said."""
    return 1 if is_for_leads(item.queue) else max(1, found.wanted)


def _as_said(ballot: Ballot) -> Verdict:
    """One answer that decides: a lead's word is the last, and so is the only one asked for."""
    return Verdict(VerdictKind.DECIDED, ballot.label, {ballot.label: 1.0})
