"""Planted reviewers at a real queue: the product's own use cases, and a truth that only we know."""

import random
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from services.review import migrations
from services.review.adapters.store import SqlStore
from services.review.domain.access import Role, User
from services.review.domain.queue import Item, leads_queue
from services.review.domain.votes import Answer
from services.review.errors import Paused
from services.review.use_cases.claiming import Wish
from services.review.use_cases.deciding import Status
from services.review.use_cases.measuring import ReviewerReport
from services.review.use_cases.projects import KeepProjects
from shared import wire
from shared.database import Database
from shared.events import CloudEvent, EventType, ModelRef, PredictionMade, announce
from shared.project import Policy, Quality, Votes
from shared.streams import Keyspace
from tests.builders import NOON, SHA256, a_project, features
from tests.fakes.bell import FakeBell
from tests.fakes.clock import FakeClock
from tests.fakes.review_workers import Workers

LABELS = ["0", "1", "2", "3", "4"]
PLANTED: Mapping[str, float] = {"ada": 0.95, "ben": 0.8, "cy": 0.6, "clicker": 0.2}
GOLD, ITEMS, ANSWERS = 60, 700, 300
_LEA, _LEO, _OPS = User("lea", Role.LEAD), User("leo", Role.LEAD), User("olga", Role.OPS)


@dataclass
class Played:
    """What happened.

    Attributes:
        truths: the label of each event.
        said: who said what of which event, gold too, in order.
        led: events that a lead decided.
        paused: reviewer -> after how many answers.
    """

    desk: Workers
    store: SqlStore
    clock: FakeClock
    chance: random.Random
    truths: dict[str, str] = field(default_factory=dict)
    said: list[tuple[str, str, str]] = field(default_factory=list)
    led: set[str] = field(default_factory=set)
    paused: dict[str, int] = field(default_factory=dict)

    def answers(self, name: str) -> int:
        """How many answers somebody has given, on gold too."""
        return sum(reviewer == name for _, reviewer, _ in self.said)

    def reports(self) -> dict[str, ReviewerReport]:
        """What the product says of each reviewer."""
        return {report.reviewer.name: report for report in self.desk.measure.reviewers("churn")}

    def items(self, prefix: str) -> list[Item]:
        """The events whose names begin so, as they stand in the queue."""
        names = [name for name in self.truths if name.startswith(prefix)]
        with self.store.read() as transaction:
            found = [transaction.items.of_event("churn", name) for name in names]
        return [item for item in found if item]


@contextmanager
def a_file(folder: Path) -> Iterator[SqlStore]:
    """The store of an installation on SQLite."""
    database = Database(f"sqlite:///{folder / 'review.db'}")
    database.upgrade(Path(migrations.__path__[0]), "review_alembic_version")
    yield SqlStore(database, Keyspace("test"))
    database.close()


def play(store: SqlStore, seed: int, *, leads: bool = False) -> Played:
    """Whoever comes by answers one item, until each has given so many answers or is paused.

    Args:
        store: an empty one.
        seed: of everything that is left to chance.
        leads: whether a lead, who is always right, decides at once what is disagreed about.
    """
    played = _prepared(store, random.Random(seed))  # noqa: S311 - test data
    counts = dict.fromkeys(PLANTED, 0)
    while working := [n for n, c in counts.items() if c < ANSWERS and n not in played.paused]:
        name = played.chance.choice(working)
        try:
            disagreed = _answer(played, name)
        except Paused:
            played.paused[name] = counts[name]
            continue
        counts[name] += 1
        if disagreed and leads:
            _lead(played)
    return played


def _prepared(store: SqlStore, chance: random.Random) -> Played:
    """Gold that a lead has decided and marked, and events that wait."""
    clock = FakeClock()
    project = a_project(
        labels=LABELS,
        policy=Policy(error_rate=1, auto_margin=0.9, audit_probability=0.05),
        votes=Votes(min=1, max=3, agree_at=0.78),
        quality=Quality(gold_share=0.1, pause_below=0.6),
    )
    KeepProjects(store, FakeBell(), clock).apply(project, _OPS)
    played = Played(Workers(store, FakeBell(), clock), store, clock, chance)
    for prefix, count in (("gold", GOLD), ("item", ITEMS)):
        names = [f"{prefix}-{number}" for number in range(count)]
        played.truths |= {name: chance.choice(LABELS) for name in names}
        for name in names:
            event = wire.decode_prediction(_a_torn_event(name).encode())
            assert played.desk.route([event]) == [None]
            clock.pass_seconds(1)
        if prefix == "gold":
            for claim in played.desk.queues.claim(Wish("churn", count), _LEO).claims:
                label = played.truths[claim.lease.item.event_id]
                played.desk.decide(claim.lease.id, _LEO, Answer(label), 0)
                played.desk.gold.mark("churn", claim.lease.item.event_id, label, None, _LEA)
    return played


def _a_torn_event(event_id: str) -> CloudEvent:
    payload = PredictionMade(
        event_id=event_id,
        features=features(),
        probabilities=dict.fromkeys(LABELS, 0.2),
        model=ModelRef(name="churn", version=1, sha256=SHA256),
    )
    kind, place = EventType.PREDICTION_MADE, {"project": "churn", "source": "test"}
    return announce(kind, payload, identity=event_id, time=NOON, **place)


def _answer(played: Played, name: str) -> bool:
    """Somebody answers one item. True if a lead has to decide it now."""
    who = User(name, Role.REVIEWER)
    (claim,) = played.desk.queues.claim(Wish("churn", 1), who).claims
    event_id = claim.lease.item.event_id
    truth = played.truths[event_id]
    others = [label for label in LABELS if label != truth]
    is_right = played.chance.random() < PLANTED[name]
    label = truth if is_right else played.chance.choice(others)
    outcome, _ = played.desk.decide(claim.lease.id, who, Answer(label, seconds_spent=3.0), 0)
    played.said.append((event_id, name, label))
    played.clock.pass_seconds(1)
    return outcome.status is Status.DISAGREED


def _lead(played: Played) -> None:
    (claim,) = played.desk.queues.claim(Wish(leads_queue("churn"), 1), _LEO).claims
    event_id = claim.lease.item.event_id
    played.desk.decide(claim.lease.id, _LEO, Answer(played.truths[event_id]), 0)
    played.led.add(event_id)
