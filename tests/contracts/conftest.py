"""One store, three ways: what holds for the fake of the unit tests holds for the real databases."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from services.review.adapters.store import SqlStore
from services.review.ports import Store
from shared.streams import Keyspace
from tests.databases import ReviewDatabases
from tests.fakes.review_store import FakeStore


@pytest.fixture(params=["fake", "sqlite", "postgresql"])
def store(
    request: pytest.FixtureRequest, review_databases: ReviewDatabases, tmp_path: Path
) -> Iterator[Store]:
    """An empty review store."""
    if request.param == "fake":
        yield FakeStore()
        return
    database = review_databases.of(request.param, tmp_path)
    yield SqlStore(database, Keyspace("test"))
    database.close()
