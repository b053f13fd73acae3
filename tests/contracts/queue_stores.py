"""Stores with queues, fake and real, for contracts."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from services.review import migrations
from services.review.adapters.store import SqlStore
from services.review.domain.queue import Lease
from services.review.ports import Hold, Store, Transaction
from shared.database import Database
from shared.streams import Stream
from tests import servers
from tests.builders import NOON
from tests.fakes.review_store import FakeStore

KINDS = ("fake", "sqlite", "postgresql")
MINUTE = timedelta(minutes=1)
LATER = NOON + 5 * MINUTE
_MIGRATIONS = Path(migrations.__path__[0])


def a_store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    """The store of the kind that a fixture asks for."""
    if request.param == "fake":
        yield FakeStore()
        return
    database = Database(
        servers.new_database(request.getfixturevalue("postgresql_url"), tmp_path.name)
        if request.param == "postgresql"
        else f"sqlite:///{tmp_path / 'review.db'}"
    )
    database.upgrade(_MIGRATIONS, "review_alembic_version")
    yield SqlStore(database, {stream: stream.key("test") for stream in Stream})
    database.close()


def claim(
    transaction: Transaction, who: str, limit: int = 1, now: datetime = NOON, queue: str = "churn"
) -> list[Lease]:
    """In the order of the database: those of the lowest rank first."""
    found = transaction.leases.candidates(queue, who, now, now, limit)
    hold = Hold(who, now + 5 * MINUTE, sees_model=True)
    granted = [transaction.leases.grant(candidate, hold, now) for candidate in found]
    return [lease for lease in granted if lease][:limit]
