"""One store, three ways: what holds for the fake of the unit tests holds for the real databases."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from services.review import migrations
from services.review.adapters.store import SqlStore
from services.review.ports import Store
from shared.database import Database
from shared.streams import Stream
from tests import servers
from tests.fakes.review_store import FakeStore

_MIGRATIONS = Path(migrations.__path__[0])


@pytest.fixture(params=["fake", "sqlite", "postgresql"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    """An empty review store."""
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
