"""What the queue's bench lets its peer run is what a pair of the service runs, and no more."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import inspect, text

from benchmarks.recording import Recorder, pair_of, transactions
from benchmarks.replay import Held, Pattern, Replay, pattern
from services.review.adapters.store import SqlStore
from services.review.domain.access import Role, User
from services.review.domain.votes import Answer
from services.review.use_cases.claiming import Claim, Wish
from services.review.use_cases.projects import KeepProjects
from shared.database import Database, groups
from shared.streams import Keyspace
from tests.builders import a_prediction, a_project
from tests.databases import ReviewDatabases
from tests.fakes.bell import FakeBell
from tests.fakes.clock import FakeClock
from tests.fakes.review_workers import Workers
from tests.processes import until

ADA, BEN = User("ada", Role.REVIEWER), User("ben", Role.REVIEWER)
ITEMS, FIRST = 40, 30
"""Items so far on that their numbers are nothing else's in a pair."""


class Office:
    """A queue on a real database, of which Ben holds the first items."""

    def __init__(self, database: Database) -> None:
        self.database = database
        clock, bell = FakeClock(), FakeBell()
        store = SqlStore(database, Keyspace("test"))
        self.store, self.workers = store, Workers(store, bell, clock)
        admin = User("ops", Role.ADMIN)
        KeepProjects(store, bell, clock).apply(a_project("churn"), admin)
        self.workers.route([a_prediction(f"e{n:03}", leave=0.5) for n in range(ITEMS)])
        self.workers.queues.claim(Wish("churn", FIRST), BEN)

    def claim(self) -> Held:
        (claim,) = self.workers.queues.claim(Wish("churn", 1), ADA).claims
        return _held(claim)

    def decide(self, held: Held) -> Held:
        """Decide an item, and claim the next one."""
        answer = Answer("leave", idempotency_key=held.lease)
        (claim,) = self.workers.decide(held.lease, ADA, answer, 1)[1].claims
        return _held(claim)

    def decide_among_others(self, held: Held) -> Held:
        """The same, in a transaction that another thread has begun if it can be shared."""
        if self.database.is_postgresql:
            return self.decide(held)
        begun = threading.Event()
        line = self.database._group_commit._turns._line

        def other() -> None:
            with self.store.write():
                begun.set()
                until(lambda: len(line) == 1)

        first = threading.Thread(target=other)
        first.start()
        begun.wait()
        claimed = self.decide(held)
        first.join()
        return claimed

    def rows(self) -> dict[str, int]:
        """How many there are in each table."""
        with self.database.engine.connect() as connection:
            return {
                name: connection.execute(text(f'SELECT count(*) FROM "{name}"')).scalar_one()  # noqa: S608
                for name in inspect(connection).get_table_names()
            }

    def replay(self, recorded: Pattern, decided: Held, claimed: Held) -> None:
        with self.database.write() as session:
            driver = session.connection().connection.driver_connection
            assert driver is not None
            Replay(recorded).run(driver.cursor(), decided, claimed)


def more(after: dict[str, int], before: dict[str, int]) -> dict[str, int]:
    """By how many rows each table has grown, or shrunk."""
    return {name: after[name] - before[name] for name in after if after[name] != before[name]}


def _held(claim: Claim) -> Held:
    lease = claim.lease
    return Held(lease.item.id, lease.item.event_id, lease.id)


@pytest.fixture(params=["sqlite", "postgresql"])
def office(
    request: pytest.FixtureRequest,
    review_databases: ReviewDatabases,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Office]:
    monkeypatch.setattr(groups, "_LONGEST_SECONDS", 60.0)  # however slow the machine is
    database = review_databases.of(request.param, tmp_path)
    yield Office(database)
    database.close()


def test_a_replayed_pair_leaves_what_a_served_one_leaves(office: Office, tmp_path: Path) -> None:
    """Another thread has begun the recorded transaction, and one's own was the claim before it."""
    file = tmp_path / "recorded.jsonl"
    with Recorder(file).listening():
        decided = office.claim()
        claimed = office.decide_among_others(decided)
    recorded = pattern(pair_of(transactions(file), claimed.lease), decided, claimed, "")
    before = office.rows()
    decided = office.decide(claimed)
    served = more(office.rows(), before)
    for number in range(decided.item + 1, decided.item + 3):
        before, following = office.rows(), Held(number, f"e{number - 1:03}", f"lease-{number}")
        office.replay(recorded, decided, following)
        assert more(office.rows(), before) == served
        decided = following
    assert office.decide(decided).item == decided.item + 1
