"""Gaps planted by hand in a real database and a real Redis are found, counted and repaired."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import redis
from prometheus_client import CollectorRegistry, generate_latest
from sqlmodel import text

from services.review.adapters.outbox import OutboxDrain
from services.review.adapters.publisher import RedisPublisher
from services.review.adapters.relay import Relay
from services.review.adapters.store import SqlStore
from services.review.adapters.transport import RedisTransport
from services.review.domain.access import Role, User
from services.review.domain.reconciling import Gap, GapKind, RedisState
from services.review.domain.votes import Answer
from services.review.metrics import Metrics
from services.review.use_cases.claiming import Wish
from services.review.use_cases.models import RecordModels
from services.review.use_cases.projects import KeepProjects
from services.review.use_cases.reconciling import Reconcile
from services.review.use_cases.republishing import Republish
from services.review.use_cases.sending import SendEvents
from shared.database import Database
from shared.events import CloudEvent, EventType, ModelChanged, ScoringRequested, announce
from shared.streams import Keyspace, Stream
from tests.alerts.promtool import ringing
from tests.builders import a_prediction, a_project, features
from tests.fakes.clock import FakeClock
from tests.fakes.review_workers import Workers

pytestmark = pytest.mark.redis
ADA, OPS = User("ada", Role.REVIEWER), User("olga", Role.OPS)


class Desk:
    """Review's use cases on real servers, with a clock that can be moved."""

    def __init__(self, redis_url: str, database: Database) -> None:
        keys = Keyspace("handraise")
        self.redis: Any = redis.Redis.from_url(redis_url)
        self.database = database
        self.clock = FakeClock(datetime.now(UTC))
        self.registry = CollectorRegistry()
        store, metrics = SqlStore(self.database, keys), Metrics(self.registry)
        publisher, drain = RedisPublisher(redis_url), OutboxDrain(self.database)
        self.relay = Relay(drain, publisher, metrics, lambda _: None)
        self.transport = RedisTransport(redis_url, keys)
        shared = (store, self.transport, self.relay, metrics, self.clock)
        self.republish = Republish(*shared, timedelta(minutes=60))
        self.reconcile = Reconcile(*shared, self.republish)
        self.send = SendEvents(store, self.relay, self.clock)
        self.workers = Workers(store, self.relay, self.clock, metrics)
        self.route, self.queues = self.workers.route, self.workers.queues
        self.decide = self.workers.decide
        self.models = RecordModels(store)
        self.reconcile.repair()
        KeepProjects(store, self.relay, self.clock).apply(a_project(), OPS)

    def plant(self, statement: str) -> None:
        with self.database.write() as session:
            session.connection().execute(text(statement))

    def answer(self, event_id: str) -> None:
        self.route([a_prediction(event_id, leave=0.55)])
        (claim,) = self.queues.claim(Wish("churn", 1), ADA).claims
        self.decide(claim.lease.id, ADA, Answer("leave"), claim_next=0)

    def told(self) -> str:
        """What Prometheus would be answered."""
        return generate_latest(self.registry).decode()

    def documents(self, stream: str) -> list[bytes]:
        return [fields[b"data"] for _, fields in self.redis.xrange(f"handraise:{stream}")]

    def repaired(self) -> list[Gap]:
        gaps = self.reconcile.repair().gaps
        while self.republish.go_on():
            pass
        self.relay.flush()
        return list(gaps)

    def learned(self, version: int, up_to: int, corrections: int) -> None:
        payload = ModelChanged(
            version=version,
            sha256="",
            uri="",
            parent=None,
            learned_up_to=up_to,
            metrics={"corrections": float(corrections)},
            reason="",
            actor="",
        )
        kind, now = EventType.MODEL_PROMOTED, self.clock.now()
        details = {"project": "churn", "identity": str(version), "source": "test"}
        self.models([announce(kind, payload, time=now, **details)])


@pytest.fixture
def desk(redis_url: str, review_database: Database) -> Iterator[Desk]:
    desk = Desk(redis_url, review_database)
    yield desk
    desk.transport.close()


def test_an_outbox_row_of_an_accepted_event_is_deleted(desk: Desk) -> None:
    request = ScoringRequested(event_id="e", features=features())
    desk.send("churn", EventType.SCORING_REQUESTED, [request], "up")
    desk.plant("DELETE FROM review_outbox")
    desk.clock.pass_seconds(11)
    assert desk.reconcile.look().gaps == [Gap("churn", GapKind.UNROUTED, 1)]
    assert desk.repaired() == [Gap("churn", GapKind.UNROUTED, 1, 1)]
    (document,) = desk.documents("requests")
    assert CloudEvent.decode(document).subject == "e"


def test_the_stream_of_requests_is_deleted(desk: Desk) -> None:
    request = ScoringRequested(event_id="e", features=features())
    desk.send("churn", EventType.SCORING_REQUESTED, [request], "up")
    desk.relay.flush()
    lost = desk.documents("requests")
    desk.clock.pass_seconds(11)
    desk.redis.delete("handraise:requests")
    assert desk.repaired() == [Gap("churn", GapKind.UNROUTED, 1, 1)]
    assert desk.documents("requests") == lost
    desk.route([a_prediction("e")])
    assert desk.repaired() == []


def test_an_item_is_deleted(desk: Desk) -> None:
    desk.route([a_prediction("e", leave=0.55)])
    desk.plant("DELETE FROM review_slots")
    desk.plant("DELETE FROM review_items")
    desk.clock.pass_seconds(11)
    before = desk.told()
    assert desk.repaired() == [Gap("churn", GapKind.UNDECIDED, 1, 1)]
    assert len(desk.queues.claim(Wish("churn", 5), ADA).claims) == 1
    assert ringing(before, desk.told()) == {"RecordsBroken"}


def test_a_correction_is_deleted_from_the_ledger(desk: Desk) -> None:
    desk.answer("e")
    desk.plant("DELETE FROM review_outbox")
    desk.plant("DELETE FROM review_ledger WHERE kind = 'corrected'")
    desk.clock.pass_seconds(11)
    assert desk.repaired() == [Gap("churn", GapKind.UNCORRECTED, 1, 1)]
    assert len(desk.documents("corrections")) == 1


def test_an_outbox_row_of_a_correction_is_deleted(desk: Desk) -> None:
    for event_id in ("a", "b"):
        desk.answer(event_id)
        desk.relay.flush()
    before = desk.documents("corrections")
    desk.answer("c")
    desk.plant("DELETE FROM review_outbox")
    with desk.database.read() as session:
        place = session.connection().scalar(text("SELECT max(sequence) FROM review_ledger"))
    desk.learned(1, up_to=place - 4, corrections=2)
    # nobody has read what is there, and it is too old to be waited for only if it is read
    desk.redis.xgroup_create("handraise:corrections", "retrainer", id="$")
    desk.clock.pass_seconds(31)
    assert desk.repaired() == [Gap("churn", GapKind.UNLEARNED, 1, 1)]
    (again,) = desk.documents("corrections")[len(before) :]
    assert CloudEvent.decode(again).subject == "c"
    desk.learned(2, up_to=place, corrections=3)
    assert desk.repaired() == []


def test_all_is_deleted(desk: Desk) -> None:
    desk.answer("a")
    desk.route([a_prediction("sure", leave=0.95)])
    desk.relay.flush()
    streams = ("control", "decisions", "corrections")
    lost = {stream: desk.documents(stream) for stream in streams}
    desk.redis.flushall()
    assert desk.reconcile.look().redis is RedisState.LOST
    desk.repaired()
    assert {stream: desk.documents(stream) for stream in streams} == lost
    assert desk.reconcile.look().redis is RedisState.KNOWN


def test_what_waits_in_redis_is_seen(desk: Desk) -> None:
    assert desk.transport.backlog_seconds(Stream.REQUESTS) == 0
    desk.redis.xadd("handraise:requests", {"data": "x"}, id="1000-0")
    long = desk.transport.backlog_seconds(Stream.REQUESTS)
    assert long > 1e6
    desk.redis.xgroup_create("handraise:requests", "scorer", id="0")
    assert desk.transport.backlog_seconds(Stream.REQUESTS) >= long
    desk.redis.xreadgroup("scorer", "me", {"handraise:requests": ">"})
    assert desk.transport.backlog_seconds(Stream.REQUESTS) >= long
    desk.redis.xack("handraise:requests", "scorer", "1000-0")
    assert desk.transport.backlog_seconds(Stream.REQUESTS) == 0
