"""Planted reviewers work a real queue, on a SQLite file: who is good is found out."""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from statistics import fmean

import pytest

from services.review import migrations
from services.review.adapters.store import SqlStore
from services.review.domain.access import Role, User
from services.review.domain.ledger import Kind
from services.review.domain.votes import Answer
from services.review.errors import Paused
from services.review.use_cases.claiming import Wish
from services.review.use_cases.measuring import ReviewerReport
from services.review.use_cases.projects import KeepProjects
from shared import wire
from shared.database import Database
from shared.events import CloudEvent, EventType, ModelRef, PredictionMade, announce
from shared.project import Policy, Quality, Votes
from shared.streams import Stream
from tests.builders import NOON, SHA256, a_project, features
from tests.fakes.bell import FakeBell
from tests.fakes.clock import FakeClock
from tests.fakes.review_workers import Workers

LABELS = ["0", "1", "2", "3", "4"]
PLANTED = {"ada": 0.95, "ben": 0.8, "cy": 0.6, "clicker": 0.2}
LEA, LEO, OPS = User("lea", Role.LEAD), User("leo", Role.LEAD), User("olga", Role.OPS)
GOLD, ITEMS, ANSWERS = 60, 700, 300
SEED = 11


@dataclass
class Played:
    """A queue whose truth is known to us and never to the service."""

    desk: Workers
    truths: dict[str, str] = field(default_factory=dict)
    answers: dict[str, int] = field(default_factory=lambda: dict.fromkeys(PLANTED, 0))
    paused: dict[str, int] = field(default_factory=dict)

    def reports(self) -> dict[str, ReviewerReport]:
        return {report.reviewer.name: report for report in self.desk.measure.reviewers("churn")}


def a_torn_event(event_id: str) -> CloudEvent:
    payload = PredictionMade(
        event_id=event_id,
        features=features(),
        probabilities=dict.fromkeys(LABELS, 0.2),
        model=ModelRef(name="churn", version=1, sha256=SHA256),
    )
    kind, place = EventType.PREDICTION_MADE, {"project": "churn", "source": "test"}
    return announce(kind, payload, identity=event_id, time=NOON, **place)


def prepared(store: SqlStore, clock: FakeClock, chance: random.Random) -> Played:
    """Gold that a lead has decided and marked, and events that wait."""
    project = a_project(
        labels=LABELS,
        policy=Policy(auto_margin=0.9, audit_probability=0.05),
        votes=Votes(min=1, max=3, agree_at=0.83),
        quality=Quality(gold_share=0.05, pause_below=0.6),
    )
    KeepProjects(store, FakeBell(), clock).apply(project, OPS)
    played = Played(Workers(store, FakeBell(), clock))
    for prefix, count in (("gold", GOLD), ("item", ITEMS)):
        names = [f"{prefix}-{number}" for number in range(count)]
        played.truths |= {name: chance.choice(LABELS) for name in names}
        for name in names:
            event = wire.decode_prediction(a_torn_event(name).encode())
            assert played.desk.route([event]) == [None]
            clock.pass_seconds(1)
        if prefix == "gold":
            for claim in played.desk.queues.claim(Wish("churn", count), LEO).claims:
                label = played.truths[claim.lease.item.event_id]
                played.desk.decide(claim.lease.id, LEO, Answer(label), 0)
                played.desk.gold.mark("churn", claim.lease.item.event_id, label, None, LEA)
    return played


def play(played: Played, clock: FakeClock, chance: random.Random) -> None:
    """Whoever comes by answers one item, until each has given so many answers or is paused."""
    while working := [
        name
        for name, count in played.answers.items()
        if count < ANSWERS and name not in played.paused
    ]:
        name = chance.choice(working)
        who = User(name, Role.REVIEWER)
        try:
            (claim,) = played.desk.queues.claim(Wish("churn", 1), who).claims
        except Paused:
            played.paused[name] = played.answers[name]
            continue
        truth = played.truths[claim.lease.item.event_id]
        others = [label for label in LABELS if label != truth]
        label = truth if chance.random() < PLANTED[name] else chance.choice(others)
        played.desk.decide(claim.lease.id, who, Answer(label, seconds_spent=3.0), 0)
        played.answers[name] += 1
        clock.pass_seconds(1)


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    file = tmp_path_factory.mktemp("planted") / "review.db"
    database = Database(f"sqlite:///{file}")
    database.upgrade(Path(migrations.__path__[0]), "review_alembic_version")
    yield database
    database.close()


@pytest.fixture(scope="module")
def played(database: Database) -> Played:
    store = SqlStore(database, {stream: stream.key("test") for stream in Stream})
    clock, chance = FakeClock(), random.Random(SEED)  # noqa: S311 - test data
    played = prepared(store, clock, chance)
    play(played, clock, chance)
    return played


def test_the_clicker_alone_is_paused(played: Played) -> None:
    assert played.paused.keys() == {"clicker"}
    assert played.paused["clicker"] < ANSWERS


def test_accuracies_are_near_what_was_planted(played: Played) -> None:
    reports = played.reports()
    good = [name for name in PLANTED if name != "clicker"]
    errors = [abs(reports[name].accuracy.mean - PLANTED[name]) for name in good]
    assert fmean(errors) < 0.05, errors
    assert all(reports[name].gold.seen >= 12 for name in good)


def test_decisions_are_right_and_answers_are_spared(played: Played, database: Database) -> None:
    store = SqlStore(database, {stream: stream.key("test") for stream in Stream})
    with store.read() as transaction:
        items = [transaction.items.of_event("churn", f"item-{n}") for n in range(ITEMS)]
        gold = [transaction.items.of_event("churn", f"gold-{n}") for n in range(GOLD)]
        counted = transaction.ledger.tally("churn")
    settled = [item for item in items if item and item.settled]
    right = fmean(item.label == played.truths[item.event_id] for item in settled)
    assert len(settled) > ITEMS / 2
    assert right > 0.88
    assert fmean(item.votes for item in settled) <= 0.6 * 3
    # and nothing was ever done to the events that gold was copied from
    assert {item.votes for item in gold if item} == {1}
    marked = sum(n for (kind, _), n in counted.items() if kind is Kind.GOLD_ANSWERED)
    votes = sum(n for (kind, _), n in counted.items() if kind is Kind.VOTED)
    assert marked + votes - GOLD == sum(played.answers.values())
