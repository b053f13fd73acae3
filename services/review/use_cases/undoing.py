"""Taking answers back: one's own at once, or a reviewer's of some time by a lead."""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta

from services.review.domain.access import User
from services.review.domain.confirming import is_to_confirm
from services.review.domain.gold import Showing, is_copy
from services.review.domain.ledger import Kind
from services.review.domain.queue import Item, Stage, is_for_leads
from services.review.domain.routing import predicted_label
from services.review.domain.votes import Ballot, Because, VoteState
from services.review.domain.voting import VerdictKind
from services.review.errors import LeaseLost, NotFound, TooLate
from services.review.ports import Bell, Hold, ProjectState, Store, Transaction
from services.review.use_cases.claiming import Claim, Claiming
from services.review.use_cases.concluding import Conclude
from services.review.use_cases.marking import turn_of, unmark_copy
from services.review.use_cases.repeating import UNNAMED, Once
from services.review.use_cases.settling import case_of, entry, tell_block
from services.review.use_cases.teaching import Teach
from shared.clock import Clock
from shared.events import RouteReason
from shared.project import Fallback, Project

_AT_ONCE = 100
_ASKED = "somebody else is asked as well; what you answered is weighed with theirs"


class UndoVote:
    """Take back one's own newest answer on an item, and hold the item again."""

    def __init__(self, store: Store, clock: Clock, claiming: Claiming, conclude: Conclude) -> None:
        self._store = store
        self._clock = clock
        self._claiming = claiming
        self._conclude = conclude
        self._teach = Teach()

    def __call__(self, item_id: int, reviewer: User, once: Once = UNNAMED) -> Claim:
        """The item, held again. A decision that has left stands until it is amended.

        Raises:
            NotFound: the reviewer has no answer on such an item.
            TooLate: the time for it has passed, or others have answered since.
            LeaseLost: it was taken back by this request before, and is held no more.
        """
        with self._store.write() as transaction:
            now = self._clock.now()
            earlier = once.earlier(transaction, reviewer.name)
            if earlier is not None:
                return self._again(transaction, earlier)
            copy = _own_copy(transaction, item_id, reviewer)
            if copy:
                item, turn, answered_at = copy
                project, queue = _existing(transaction, item.project), item.queue
                saw_model = False
                _check_time(answered_at, project, now)
                _check_copy(transaction, turn, project.configuration)
                unmark_copy(transaction, item, turn, now)
            else:
                project, queue, saw_model = self._withdraw(transaction, item_id, reviewer, now)
            until = now + timedelta(seconds=project.configuration.lease_seconds)
            hold = Hold(reviewer.name, until, lambda _: saw_model)
            lease = transaction.leases.grant_again(item_id, queue, hold, now)
            once.done(transaction, reviewer.name, lease.id, now)
            return self._claiming.shown(transaction, [lease], project)[0]

    def _withdraw(
        self, transaction: Transaction, item_id: int, reviewer: User, now: datetime
    ) -> tuple[ProjectState, str, bool]:
        """Take a vote back; the project, the queue it came from, and whether it saw the model."""
        item, ballot = _own_vote(transaction, item_id, reviewer)
        project = _existing(transaction, item.project)
        _check_time(ballot.at, project, now)
        configuration = project.configuration
        asked = (item.reason, item.predicted, ballot.label, configuration.policy)
        if not item.settled and is_to_confirm(*asked):
            raise TooLate(_ASKED)
        if transaction.votes.counted(item.id, item.round)[-1] != ballot:
            raise TooLate("others have answered since; ask a lead to revoke your answer")
        self._teach.forget(transaction, item, configuration, undone=ballot)
        undone = _Withdrawal(VoteState.UNDONE, reviewer.name, now)
        _take_back(transaction, item, ballot, undone)
        transaction.votes.welcome_back(item.id, reviewer.name)
        given = transaction.leases.get(ballot.lease_id)
        assert given is not None  # noqa: S101 - leases are never deleted
        self._open(transaction, item, project.configuration, given.queue, now)
        return project, given.queue, ballot.saw_model

    def _again(self, transaction: Transaction, lease_id: str) -> Claim:
        lease = transaction.leases.get(lease_id)
        if lease is None or not lease.holds:
            raise LeaseLost("you took the answer back, and hold the item no more; claim again")
        project = _existing(transaction, lease.item.project)
        return self._claiming.shown(transaction, [lease], project)[0]

    def _open(
        self, transaction: Transaction, item: Item, project: Project, queue: str, now: datetime
    ) -> None:
        """Let the item ask for answers again, besides that of who held it in this queue."""
        if item.settled:
            tell_block(transaction, item, now, wrong=None)
            others = int(item.queue != queue)
            transaction.items.reopen(item.id, item.queue, item.stage, slots=others)
        elif item.stage is Stage.DISAGREED and not is_for_leads(queue):
            before = _before_it_was_disagreed(transaction, item, project)
            if before is Stage.ROUTED:
                transaction.items.move(item.id, item.project, before, slots=0)
            else:
                transaction.items.move(item.id, item.queue, before, slots=1)
        elif item.queue == queue:
            wanted = self._conclude.wanted(transaction, item, project, now)
            transaction.items.offer(item.id, wanted - 1)


@dataclass(frozen=True, slots=True)
class Revoked:
    """What became of revoking: answers taken back, and events that are decided again."""

    answers: int
    reopened: int


class RevokeAnswers:
    """Take back what a reviewer said since a moment, and decide again what rested on it."""

    def __init__(self, store: Store, bell: Bell, clock: Clock, conclude: Conclude) -> None:
        self._store = store
        self._bell = bell
        self._clock = clock
        self._conclude = conclude
        self._teach = Teach()

    def __call__(
        self, project: str, reviewer: str, since: datetime, actor: User, reason: str
    ) -> Revoked:
        """Revoke, in small transactions; those that were done stay done if it is cut off.

        Raises:
            NotFound: no such project.
        """
        answers = reopened = 0
        while True:
            with self._store.write() as transaction:
                state = _existing(transaction, project)
                ballots = transaction.votes.since(project, reviewer, since, _AT_ONCE)
                for ballot in sorted(ballots, key=_by_item):
                    reopened += self._revoke(transaction, ballot, state, actor, reason)
            self._bell.ring()
            answers += len(ballots)
            if len(ballots) < _AT_ONCE:
                return Revoked(answers, reopened)

    def _revoke(
        self,
        transaction: Transaction,
        ballot: Ballot,
        state: ProjectState,
        actor: User,
        reason: str,
    ) -> bool:
        """Take one answer back. True if its event is to be decided again."""
        now, item = self._clock.now(), transaction.items.lock(ballot.item_id)
        revoked = _Withdrawal(VoteState.REVOKED, actor.name, now, reason)
        _take_back(transaction, item, ballot, revoked)
        if ballot.round != item.round:
            return False
        wanted = self._conclude.wanted(transaction, item, state.configuration, now)
        if not item.settled:
            transaction.items.offer(item.id, wanted)
            return False
        rest = transaction.votes.counted(item.id, item.round)
        found = self._conclude.judge(transaction, rest, state.configuration, now)
        if found.kind is VerdictKind.DECIDED and found.label == item.label:
            return False
        self._teach.forget(transaction, item, state.configuration)
        tell_block(transaction, item, now, wrong=None)
        stage = item.stage if is_for_leads(item.queue) else Stage.REVOKED
        transaction.items.reopen(item.id, item.queue, stage, wanted)
        return True


def _before_it_was_disagreed(transaction: Transaction, item: Item, project: Project) -> Stage:
    """A lead who was asked for, by somebody or by the deadline, is to come all the same."""
    if any(why is Because.ESCALATED for _, why, _ in transaction.votes.notes(item.id)):
        return Stage.ESCALATED
    for_lead = project.deadline.fallback in {Fallback.ESCALATE, Fallback.MODEL}
    return Stage.OVERDUE if item.late and not item.decisions and for_lead else Stage.ROUTED


def _by_item(ballot: Ballot) -> tuple[int, int]:
    """The order in which items are locked: two who revoke at once do not wait in a circle."""
    return ballot.item_id, ballot.number


def _own_vote(transaction: Transaction, item_id: int, reviewer: User) -> tuple[Item, Ballot]:
    item = transaction.items.get(item_id)
    if item is not None and reviewer.sees(item.project):
        item = transaction.items.lock(item_id)
        for ballot in reversed(transaction.votes.counted(item.id, item.round)):
            if ballot.reviewer == reviewer.name:
                return item, ballot
    raise NotFound("you have no answer on such an item that could be taken back")


def _own_copy(
    transaction: Transaction, item_id: int, reviewer: User
) -> tuple[Item, Showing, datetime] | None:
    """A copy of gold that the reviewer has answered, with when."""
    item = transaction.items.get(item_id)
    if item is None or not is_copy(item.queue):
        return None
    turn = turn_of(transaction, item)
    return (item, turn, turn.at) if turn.reviewer == reviewer.name and turn.at else None


def _check_copy(transaction: Transaction, turn: Showing, project: Project) -> None:
    """Refuse where a random check would be refused: else it would be known for gold."""
    case = case_of(transaction, project.name, turn.gold.event_id)
    predicted = predicted_label(case.probabilities)
    if is_to_confirm(RouteReason.AUDIT, predicted, turn.label or "", project.policy):
        raise TooLate(_ASKED)


def _check_time(at: datetime, project: ProjectState, now: datetime) -> None:
    if now - at > timedelta(seconds=project.configuration.undo_seconds):
        raise TooLate(
            f"answers can be taken back for {project.configuration.undo_seconds} s; "
            "ask a lead to revoke it, or appeal"
        )


def _existing(transaction: Transaction, name: str) -> ProjectState:
    state = transaction.projects.get(name)
    if state is None:
        raise NotFound(f"there is no project {name!r}")
    return state


@dataclass(frozen=True, slots=True)
class _Withdrawal:
    """Who takes a vote back, how, when and why."""

    state: VoteState
    actor: str
    at: datetime
    reason: str | None = None


def _take_back(
    transaction: Transaction, item: Item, ballot: Ballot, withdrawal: _Withdrawal
) -> None:
    transaction.votes.take_back(ballot, withdrawal.state)
    body = {
        "reviewer": ballot.reviewer,
        "label": ballot.label,
        "vote": ballot.number,
        "actor": withdrawal.actor,
        "reason": withdrawal.reason,
    }
    detail = withdrawal.state.value
    new = entry(item, Kind.WITHDRAWN, ballot.number, detail, json.dumps(body), withdrawal.at)
    transaction.ledger.append([new])
