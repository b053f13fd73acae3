"""Fixtures of the fault tests."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from shared.database import Database
from tests.faults.desk import MIGRATIONS, Desk
from tests.faults.ground import Ground, ground


@pytest.fixture
def at(tmp_path: Path) -> Iterator[Ground]:
    """A fresh installation, all services ready."""
    with ground(tmp_path) as made:
        yield made


@pytest.fixture
def desk(database_url: str) -> Iterator[Desk]:
    database = Database(database_url)
    database.upgrade(MIGRATIONS, "review_alembic_version")
    yield Desk(database)
    database.close()
