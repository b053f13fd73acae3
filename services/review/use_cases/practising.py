"""Practice with feedback: past events, answered anew, of which nothing counts."""

from dataclasses import dataclass

from services.review.domain.access import User
from services.review.domain.cases import is_erased, recall
from services.review.domain.facts import Case
from services.review.domain.ledger import Kind
from services.review.domain.practice import Exercise
from services.review.domain.showing import without_withheld
from services.review.domain.votes import Because
from services.review.errors import Invalid, NotFound, NothingToPractise
from services.review.ports import Store
from services.review.use_cases.claiming import worked_by
from shared.clock import Clock
from shared.project import Project

_LOOKED_AT = 50
"""Exercises among which one is looked for that was not erased."""


@dataclass(frozen=True, slots=True)
class Task:
    """An exercise as it is shown: without what others decided."""

    id: int
    case: Case
    project: Project


@dataclass(frozen=True, slots=True)
class Feedback:
    """What somebody is told who has answered an exercise."""

    said: str
    exercise: Exercise

    @property
    def is_right(self) -> bool:
        """Whether others decided the same."""
        return self.said == self.exercise.label


class Practise:
    """What anybody may do who works a queue, or is to learn to: those in training and paused too.

    That somebody has practised an event is all that is kept: knowing the answer, they are never
    asked about it in earnest, nor given it as gold.
    """

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def ask(self, queue: str, user: User) -> Task:
        """The newest event that others decided and the person has not seen.

        Raises:
            NotFound: no such queue.
            Forbidden: the queue is for leads.
            NothingToPractise: there is no such event.
        """
        with self._store.read() as transaction:
            project = worked_by(transaction, queue, user).configuration
            fresh = transaction.practice.fresh(project.name, user.name, _LOOKED_AT)
            events = [exercise.event_id for exercise in fresh]
            bodies = transaction.ledger.known(project.name, Kind.ROUTED, events)
        for exercise in fresh:
            body = bodies[exercise.event_id]
            if not is_erased(body):
                case = recall(project.name, exercise.event_id, body)
                return Task(exercise.item_id, without_withheld(case, project), project)
        raise NothingToPractise(
            "others have decided nothing lately that you have not seen; work the queue, or come "
            "back later"
        )

    def answer(self, queue: str, task: int, user: User, label: str) -> Feedback:
        """What others decided; asked again, the same.

        Raises:
            NotFound: no such queue, or nothing to practise on.
            Forbidden: the queue is for leads.
            Invalid: the project has no such label.
        """
        with self._store.write() as transaction:
            project = worked_by(transaction, queue, user).configuration
            if label not in project.labels:
                labels = ", ".join(project.labels[:20])
                raise Invalid(f"{label!r} is not a label; choose one of {labels}")
            exercise = transaction.practice.find(project.name, user.name, task)
            if exercise is None:
                raise NotFound(
                    f"there is no such exercise for you; GET /v1/queues/{project.name}/practice "
                    "gives one"
                )
            now = self._clock.now()
            transaction.votes.pass_on(task, user.name, Because.PRACTISED, None, now)
            return Feedback(label, exercise)
