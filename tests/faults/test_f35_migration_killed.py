"""Row 35: killed while the schema is made; the next start finishes it."""

import signal
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.ddl.impl import DefaultImpl
from alembic.runtime.migration import MigrationContext
from sqlmodel import SQLModel

from shared.database import Database
from shared.errors import Unavailable
from tests.chaos.stage import Stage
from tests.databases import MIGRATIONS
from tests.faults.crash import Crash
from tests.faults.ground import PATIENCE_SECONDS, Ground
from tests.faults.postgresql import Cluster
from tests.processes import Installation
from tests.servers import new_database

STATEMENT = "alembic.ddl.impl:DefaultImpl._exec"
VERSION_TABLE = "review_alembic_version"


@pytest.mark.parametrize("count", [1, 3, 5])
def test_the_next_start_finishes(tmp_path: Path, count: int) -> None:
    at = Ground(Stage(tmp_path))
    try:
        die_while_starting(at.stage, count)
        at.begin()
        at.send(5)
        at.settle()
    finally:
        at.end()


def test_the_next_start_finishes_on_postgresql(
    tmp_path: Path, redis_url: str, postgresql_url: str
) -> None:
    url = new_database(postgresql_url, tmp_path.name.replace("-", "_"))
    stage = Stage(tmp_path, settings={"HANDRAISE_DATABASE_URL": url})
    try:
        die_while_starting(stage, 4)
    finally:
        stage.close()
    with Installation(redis_url, tmp_path, url).running("review", "retrainer"):
        assert missing(url) == []


@pytest.mark.parametrize("count", [2, 9])
def test_postgresql_is_killed_meanwhile(
    postgresql: Cluster, count: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = iter(range(1, 1000))
    execute = DefaultImpl._exec

    def dying(self: DefaultImpl, *given: object, **named: object) -> object:
        if next(calls) == count:
            postgresql.stop(signal.SIGQUIT)
        return execute(self, *given, **named)  # type: ignore[arg-type]

    database = Database(postgresql.url)
    monkeypatch.setattr(DefaultImpl, "_exec", dying)
    with pytest.raises(Unavailable):
        database.upgrade(MIGRATIONS, VERSION_TABLE)
    postgresql.start()
    database.upgrade(MIGRATIONS, VERSION_TABLE)
    database.close()
    assert missing(postgresql.url) == []


def die_while_starting(stage: Stage, count: int) -> None:
    """Review and retrainer, each at that statement of its migrations."""
    for service in ("review", "retrainer"):
        stage.start(service, Crash(STATEMENT, count, after=True))
        stage.running[service].join(PATIENCE_SECONDS)
        assert stage.running[service].exitcode == -9


def missing(url: str) -> list[object]:
    """What distinguishes review's tables from those that its code expects."""
    database = Database(url)
    options = {
        "include_name": lambda name, kind, _: kind != "table" or name.startswith("review_"),
        "version_table": VERSION_TABLE,
    }
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts=options)
        found = compare_metadata(context, SQLModel.metadata)
    database.close()
    return list(found)
