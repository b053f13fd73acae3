"""The exam that a project may ask for: gold with feedback, before its queue opens."""

from dataclasses import dataclass, replace

from services.review.domain.access import User
from services.review.domain.facts import Case
from services.review.domain.gold import Purpose, Showing
from services.review.domain.reviewers import Reviewer, State
from services.review.domain.showing import without_withheld
from services.review.domain.votes import Answer
from services.review.errors import AlreadyAnswered, Invalid, NoExam, NotFound, TooFewQuestions
from services.review.ports import Store, Transaction
from services.review.use_cases.attempts import attempt_of, way_on
from services.review.use_cases.claiming import worked_by
from services.review.use_cases.dealing import draw_gold
from services.review.use_cases.marking import record_answer
from services.review.use_cases.settling import case_of
from services.review.use_cases.standing import exam_before, record_standing, refuse_paused
from shared.clock import Clock
from shared.project import Exam, Project


@dataclass(frozen=True, slots=True)
class Question:
    """An event whose answer is known, as somebody in an exam sees it: without the answer.

    Attributes:
        left: how many questions are still to be answered, with this one.
    """

    id: int
    case: Case
    project: Project
    left: int


@dataclass(frozen=True, slots=True)
class Marked:
    """What somebody is told who has answered a question.

    Attributes:
        turn: the question with both answers.
        left: how many questions are still to be answered.
        passed: whether the exam is passed; None while questions are left.
        then: what to do next.
    """

    turn: Showing
    left: int
    passed: bool | None
    then: str


class TakeExam:
    """What a reviewer does to be let into a queue."""

    def __init__(self, store: Store, clock: Clock, coin_key: bytes) -> None:
        self._store = store
        self._clock = clock
        self._coin_key = coin_key

    def ask(self, queue: str, user: User) -> Question:
        """The next question; the same one until it is answered.

        Raises:
            NotFound: no such queue.
            Forbidden: the queue is for leads.
            Paused: the reviewer may not work for now.
            NoExam: the queue is open to them.
            TooFewQuestions: there is too little gold that is new to them.
        """
        with self._store.write() as transaction:
            project = worked_by(transaction, queue, user).configuration
            reviewer = _locked(transaction, project, user)
            exam = _exam_of(reviewer, project, user)
            attempt = attempt_of(transaction, exam, reviewer)
            if attempt.lacking:
                raise TooFewQuestions(way_on(reviewer, attempt))
            turn = self._turn(transaction, reviewer)
            case = case_of(transaction, project.name, turn.gold.event_id)
            return Question(turn.id, without_withheld(case, project), project, max(1, attempt.left))

    def answer(self, queue: str, question: int, user: User, label: str) -> Marked:
        """Whether it was right, and what follows; saying the same again changes nothing.

        Raises:
            NotFound: no such queue, or no such question of theirs.
            Forbidden: the queue is for leads.
            Paused: the reviewer may not work for now.
            NoExam: the queue has opened to them meanwhile.
            Invalid: the project has no such label.
            AlreadyAnswered: they have said something else before.
        """
        with self._store.write() as transaction:
            project = worked_by(transaction, queue, user).configuration
            reviewer = _locked(transaction, project, user)
            turn = _own(transaction, reviewer, question)
            if turn.at is not None:
                if turn.label != label:
                    raise AlreadyAnswered(f"you said {turn.label!r}; go on with the next question")
                return _marked(transaction, project, reviewer, turn)
            if label not in project.labels:
                labels = ", ".join(project.labels[:20])
                raise Invalid(f"{label!r} is not a label; choose one of {labels}")
            exam = _exam_of(reviewer, project, user)
            turn = replace(turn, label=label, at=self._clock.now())
            reviewer = _answered(transaction, exam, reviewer, turn)
            return _marked(transaction, project, reviewer, turn)

    def _turn(self, transaction: Transaction, reviewer: Reviewer) -> Showing:
        project, name = reviewer.project, reviewer.name
        turn = transaction.gold.open(project, name, Purpose.EXAM)
        if turn is not None:
            return turn
        number = transaction.gold.given(project, name)
        gold = draw_gold(transaction, self._coin_key, reviewer, f"exam/{number}")
        assert gold is not None  # noqa: S101 - there are enough
        return transaction.gold.show(gold, name, Purpose.EXAM, None, self._clock.now())


def _locked(transaction: Transaction, project: Project, user: User) -> Reviewer:
    """Who takes the exam; the lock guards all their turns."""
    (reviewer,) = transaction.reviewers.lock(project.name, {user.name})
    return reviewer


def _exam_of(reviewer: Reviewer, project: Project, user: User) -> Exam:
    """The exam that somebody has to pass."""
    refuse_paused(reviewer)
    exam = exam_before(reviewer, project, user)
    if exam is None:
        raise NoExam(f"the queue is open to you; claim by POST /v1/queues/{project.name}/claims")
    return exam


def _own(transaction: Transaction, reviewer: Reviewer, question: int) -> Showing:
    """A question of one's own; what was hidden among items is none."""
    project, turn = reviewer.project, transaction.gold.get(question)
    wanted = (project, reviewer.name, Purpose.EXAM)
    if turn is None or (turn.gold.project, turn.reviewer, turn.purpose) != wanted:
        raise NotFound(
            f"there is no such question of yours; POST /v1/queues/{project}/exam gives one"
        )
    return turn


def _answered(transaction: Transaction, exam: Exam, reviewer: Reviewer, turn: Showing) -> Reviewer:
    """The reviewer, who has learned; and has passed or begins again after the last question.

    Nobody is paused in an exam: there people are to learn, and the queue is closed to them anyhow.
    """
    assert turn.label is not None and turn.at is not None  # noqa: S101, PT018 - who calls says so
    transaction.gold.keep(turn)
    record_answer(transaction, turn, Answer(turn.label), 1, turn.at)
    learned = reviewer.taught(turn.label, {turn.gold.label: 1.0}, 1.0)
    attempt = attempt_of(transaction, exam, reviewer)
    if attempt.left:
        transaction.reviewers.put(learned)
        return learned
    result = f"{sum(attempt.marked)} of {len(attempt.marked)} answers in the exam were right"
    judged = learned.qualified if attempt.is_passed else learned.sent_back
    concluded = judged(turn.at, None, result)
    record_standing(transaction, concluded, turn.at)
    return concluded


def _marked(
    transaction: Transaction, project: Project, reviewer: Reviewer, turn: Showing
) -> Marked:
    if reviewer.state is State.QUALIFIED or project.quality.exam is None:
        return Marked(turn, 0, True, f"claim items by POST /v1/queues/{project.name}/claims")
    attempt = attempt_of(transaction, project.quality.exam, reviewer)
    then = way_on(reviewer, attempt)
    if _is_over(reviewer, turn):
        return Marked(turn, 0, False, f"begin again: {then}")
    return Marked(turn, attempt.left, None, then)


def _is_over(reviewer: Reviewer, turn: Showing) -> bool:
    """Whether the attempt to which an answer belongs has ended."""
    return reviewer.since is not None and turn.at is not None and turn.at <= reviewer.since
