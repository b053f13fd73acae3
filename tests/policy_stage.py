"""A stream of events that the product really routes, and people who really claim and answer.

Whether the model errs is drawn when an event is made, so the truth is known of those events too
that nobody looks at.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from heapq import heappop, heappush
from random import Random
from statistics import median
from typing import Any, NamedTuple

from sqlalchemy.event import listen

from services.review.adapters.store import SqlStore
from services.review.domain.access import Role, User
from services.review.domain.certificate.record import read_label
from services.review.domain.ledger import Kind
from services.review.domain.votes import Answer
from services.review.use_cases.claiming import Wish
from services.review.use_cases.deciding import Status
from services.review.use_cases.models import RecordModels
from services.review.use_cases.projects import KeepProjects
from shared.database import Database
from shared.events import EventType, Shadow
from shared.project import Project
from shared.streams import Keyspace
from tests.builders import a_prediction, a_project, a_step
from tests.fakes.bell import FakeBell
from tests.fakes.clock import FakeClock
from tests.fakes.review_workers import Workers

AT_ONCE = 20
GAP_SECONDS = 60.0
ANSWER_SECONDS = 20.0
OPS = User("olga", Role.OPS)
LABELS = ("stay", "leave")


class Truth(NamedTuple):
    """Of an event."""

    predicted: str
    wrong: bool
    came: float

    @property
    def label(self) -> str:
        """The right one."""
        return LABELS[(self.predicted == "leave") ^ self.wrong]


class Doing(NamedTuple):
    """What somebody will have done by then."""

    at: float
    who: str
    lease: str
    event_id: str
    spent: float


@dataclass(slots=True)
class Seen:
    """What came of a play."""

    events: int = 0
    automatic: int = 0
    wrong: int = 0
    checks: int = 0
    late: int = 0
    waits: list[float] = field(default_factory=list)
    days: float = 0.0


def happened(seen: Seen) -> dict[str, float]:
    """What a play came to, under the names of the figures."""
    waits = sorted(seen.waits)
    return {
        "automatic": seen.automatic / seen.events,
        "reviews_a_day": (seen.events - seen.automatic) / seen.days,
        "checks_a_day": seen.checks / seen.days,
        "wait_median": median(waits),
        "wait_slow": waits[int(0.9 * len(waits))],
        "missed": seen.late / len(waits),
        "wrong": seen.wrong / max(1, seen.automatic),
    }


class Stage:
    """A project with a stream and people, who are right and take some 20 seconds an answer."""

    def __init__(
        self, database: Database, seed: int, reviewers: int = 2, **project: object
    ) -> None:
        """Prepare; with the same seed comes the same stream.

        Args:
            database: an empty one of the review service.
            seed: of the stream.
            reviewers: how many people answer.
            project: of the project file.
        """
        listen(database.engine, "connect", _hasten)
        self.store = SqlStore(database, Keyspace("test"))
        self.clock = FakeClock()
        self.workers = Workers(self.store, FakeBell(), self.clock)
        self.project = self.apply(a_project("churn", **project))
        self.seen = Seen()
        self._seed, self._draw = seed, Random(seed)  # noqa: S311 - a simulation
        self._pace = Random(seed + 0.5)  # noqa: S311 - a simulation
        self._truths: dict[str, Truth] = {}
        self._idle = {f"r{number}" for number in range(reviewers)}
        self._doing: list[Doing] = []

    def apply(self, project: Project) -> Project:
        """Bring a project file into force."""
        KeepProjects(self.store, FakeBell(), self.clock).apply(project, OPS)
        self.project = project
        return project

    def go_back(self, since: int) -> None:
        """Go back to a version that knows not the newest answers, and is asked a third of them."""
        with self.store.read() as transaction:
            newest = transaction.ledger.newest("churn", Kind.CORRECTED, since)[::-1]
        said = [
            Shadow(sequence=entry.sequence, label=read_label(entry.body), score=0.01, wrong=False)
            for entry in newest[::3]
        ]
        learned = newest[0].sequence - 1
        step = a_step(EventType.MODEL_ROLLED_BACK, 1, learned_up_to=learned, shadow=said)
        RecordModels(self.store)([step])

    def play(self, events: int) -> Seen:
        """So many events come, some at a time, and people answer meanwhile."""
        began = self.clock.now()
        for _ in range(events // AT_ONCE):
            self._work(self._seconds() + GAP_SECONDS)
            self._arrive()
            for who in sorted(self._idle):
                self._claim(who)
        self.seen.days += (self.clock.now() - began) / timedelta(days=1)
        return self.seen

    def _seconds(self) -> float:
        return self.clock.now().timestamp()

    def _arrive(self) -> None:
        names: list[str] = []
        predictions = []
        for _ in range(AT_ONCE):
            names.append(f"{self._seed}-{len(self._truths)}")
            score = self._draw.betavariate(0.5, 1.5) / 2
            predicted = self._draw.choice(LABELS)
            wrong = self._draw.random() < 0.7 * score
            self._truths[names[-1]] = Truth(predicted, wrong, self._seconds())
            leave = score if predicted == "stay" else 1 - score
            predictions.append(a_prediction(names[-1], leave=leave))
        self.workers.route(predictions)
        self._note(names)

    def _note(self, names: Sequence[str]) -> None:
        with self.store.read() as transaction:
            bodies = transaction.ledger.known("churn", Kind.ROUTED, names)
        self.seen.events += len(names)
        for name in names:
            route = json.loads(bodies[name])["route"]
            self.seen.checks += route["reason"] == "audit"
            if route["kind"] == "auto":
                self.seen.automatic += 1
                self.seen.wrong += self._truths[name].wrong

    def _work(self, until: float) -> None:
        """Everybody answers what they hold, and goes on with the next, until a moment."""
        while self._doing and self._doing[0].at <= until:
            done = heappop(self._doing)
            self.clock.pass_seconds(done.at - self._seconds())
            self._decide(done)
            self._claim(done.who)
        self.clock.pass_seconds(until - self._seconds())

    def _decide(self, done: Doing) -> None:
        truth = self._truths[done.event_id]
        answer = Answer(truth.label, seconds_spent=done.spent)
        outcome, _ = self.workers.decide(done.lease, _person(done.who), answer, 0)
        if outcome.status is Status.DECIDED:
            waited = done.at - truth.came
            due = self.project.deadline.seconds
            self.seen.waits.append(waited)
            self.seen.late += due is not None and waited > due

    def _claim(self, who: str) -> None:
        claims = self.workers.queues.claim(Wish("churn", 1, 3600), _person(who)).claims
        self._idle.discard(who)
        if not claims:
            self._idle.add(who)
            return
        lease = claims[0].lease
        spent = self._pace.expovariate(1 / ANSWER_SECONDS)
        doing = Doing(self._seconds() + spent, who, lease.id, lease.item.event_id, spent)
        heappush(self._doing, doing)


def _hasten(connection: Any, _: object) -> None:
    """Nothing of a stage has to survive a loss of power."""
    connection.execute("PRAGMA synchronous=OFF")


def _person(name: str) -> User:
    return User(name, Role.REVIEWER)
