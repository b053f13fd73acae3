"""Fixtures that every test may use."""

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from redis import Redis
from testcontainers.community.postgres import PostgresContainer
from testcontainers.community.redis import RedisContainer

from shared.database import Database
from tests import servers
from tests.databases import ReviewDatabases

_PATIENT = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("home", _PATIENT)
if os.environ.get("CI") != "true":  # there Hypothesis is patient by itself
    settings.load_profile("home")


@pytest.fixture(scope="session")
def redis_server_url() -> Iterator[str]:
    """A real Redis for the whole run."""
    given = os.environ.get("HANDRAISE_TEST_REDIS_URL")
    if given:
        yield given
    elif servers.docker_answers():
        with RedisContainer("redis:7") as container:
            host, port = container.get_container_host_ip(), container.get_exposed_port(6379)
            yield f"redis://{host}:{port}/0"
    else:
        with (
            tempfile.TemporaryDirectory() as directory,
            servers.redis_server(Path(directory)) as url,
        ):
            yield url


@pytest.fixture
def redis_url(redis_server_url: str) -> str:
    """A real Redis, empty."""
    Redis.from_url(redis_server_url).flushall()
    return redis_server_url


@pytest.fixture(scope="module")
def shared_redis_url(redis_server_url: str) -> str:
    """A real Redis, empty when the first test of a module begins."""
    Redis.from_url(redis_server_url).flushall()
    return redis_server_url


@pytest.fixture(scope="session")
def postgresql_url() -> Iterator[str]:
    """A real PostgreSQL for the whole run."""
    given = os.environ.get("HANDRAISE_TEST_POSTGRESQL_URL")
    if given:
        yield given
    elif servers.docker_answers():
        with PostgresContainer("postgres:16", driver="psycopg") as container:
            yield container.get_connection_url()
    else:
        with (
            tempfile.TemporaryDirectory() as directory,
            servers.postgresql_server(Path(directory)) as url,
        ):
            yield url


@pytest.fixture(scope="session")
def review_databases(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> ReviewDatabases:
    """Empty databases with the review service's tables."""
    directory = tmp_path_factory.mktemp("review-tables")
    return ReviewDatabases(directory, lambda: str(request.getfixturevalue("postgresql_url")))


@pytest.fixture(params=["sqlite", "postgresql"])
def review_database(
    request: pytest.FixtureRequest, review_databases: ReviewDatabases, tmp_path: Path
) -> Iterator[Database]:
    """One of them: once on SQLite, once on PostgreSQL."""
    database = review_databases.of(request.param, tmp_path)
    yield database
    database.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database: once on SQLite, once on PostgreSQL."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'test.db'}"
    server: str = request.getfixturevalue("postgresql_url")
    return servers.new_database(server, f"t{os.urandom(6).hex()}")
