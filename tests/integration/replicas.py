"""Processes of review that share one database: routers of the same events, and one who answers."""

import os
import random
import time
from pathlib import Path

from prometheus_client import CollectorRegistry

from services.review.adapters.store import SqlStore
from services.review.domain.access import Role, User
from services.review.domain.votes import Answer
from services.review.errors import LeaseLost
from services.review.metrics import Metrics
from services.review.use_cases.claiming import Wish
from shared.clock import SystemClock
from shared.database import Database
from shared.errors import Unavailable
from shared.streams import Keyspace
from tests.builders import a_prediction
from tests.fakes.bell import FakeBell
from tests.fakes.open_thresholds import OpenThresholds
from tests.fakes.review_workers import Workers

PROJECT = "churn"
EVENTS, AT_ONCE = 600, 20
ADA = User("ada", Role.REVIEWER)


def open_store(database: Database) -> SqlStore:
    return SqlStore(database, Keyspace("test"))


def workers(store: SqlStore) -> Workers:
    metrics = Metrics(CollectorRegistry())
    return Workers(store, FakeBell(), SystemClock(), metrics, OpenThresholds())


def route_all(url: str, told: Path, seed: int) -> None:
    """Route every event, in an order of one's own; each batch done is a byte in `told`."""
    route = workers(open_store(Database(url))).route
    starts = list(range(0, EVENTS, AT_ONCE))
    random.Random(seed).shuffle(starts)  # noqa: S311 - test data
    with told.open("ab", buffering=0) as handle:
        for start in starts:
            batch = [a_prediction(f"e{n}", leave=0.1) for n in range(start, start + AT_ONCE)]
            assert route(batch) == [None] * AT_ONCE
            handle.write(b".")


def answer_for_ever(url: str) -> None:
    """Answer what waits; one event in eight is wrong, and one in ten is answered twice."""
    desk = workers(open_store(Database(url)))
    while os.getppid() > 1:
        try:
            found = desk.work.claim(Wish(PROJECT, 20), ADA).claims
            for claim in found:
                number = int(claim.lease.item.event_id[1:])
                label = "leave" if number % 8 == 0 else "stay"
                outcome, _ = desk.decide(claim.lease.id, ADA, Answer(label), 0)
                if number % 10 == 0:
                    again = desk.undo(outcome.item_id, ADA)
                    desk.decide(again.lease.id, ADA, Answer(label), 0)
        except (Unavailable, LeaseLost):
            continue
        if not found:
            time.sleep(0.02)
