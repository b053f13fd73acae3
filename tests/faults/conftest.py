"""Fixtures of the fault tests."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from shared.database import Database
from tests.faults.desk import Desk
from tests.faults.ground import Ground, ground, ground_behind_proxy
from tests.faults.postgresql import Cluster, cluster
from tests.faults.proxy import Proxy


@pytest.fixture
def at(tmp_path: Path) -> Iterator[Ground]:
    """A fresh installation, all services ready."""
    with ground(tmp_path) as made:
        yield made


@pytest.fixture
def way(tmp_path: Path) -> Iterator[tuple[Ground, Proxy]]:
    """The same, and all services reach Redis through a proxy."""
    with ground_behind_proxy(tmp_path) as made:
        yield made


@pytest.fixture
def postgresql() -> Iterator[Cluster]:
    """A PostgreSQL of the test's own."""
    with tempfile.TemporaryDirectory() as directory, cluster(Path(directory)) as made:
        yield made


@pytest.fixture
def desk(review_database: Database) -> Desk:
    return Desk(review_database)
