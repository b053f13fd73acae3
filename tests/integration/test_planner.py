"""PostgreSQL's planner knows a new table as soon as there is something in it."""

from pathlib import Path

from sqlmodel import text

from services.review import migrations
from services.review.adapters.ledger import SqlLedger
from services.review.domain.ledger import Kind, NewEntry
from services.review.tables import LedgerRow
from shared.database import Database
from tests import servers
from tests.builders import NOON

TABLE = LedgerRow.__tablename__


def known_rows(database: Database) -> float:
    with database.read() as session:
        query = text("SELECT reltuples FROM pg_class WHERE relname = 'review_ledger'")
        return float(session.connection().execute(query).scalar_one())


def append(database: Database, numbers: range) -> None:
    entries = [
        NewEntry("churn", Kind.ROUTED, f"e-{number}", 1, "confident", "{}", NOON)
        for number in numbers
    ]
    with database.write() as session:
        SqlLedger(session).append(entries)


def test_the_planner_is_told_once_there_is_something_and_as_it_grows(
    postgresql_url: str, tmp_path: Path
) -> None:
    database = Database(servers.new_database(postgresql_url, tmp_path.name))
    database.upgrade(Path(migrations.__path__[0]), "review_alembic_version")
    database.inform_planner([TABLE])
    assert known_rows(database) < 1
    append(database, range(1))
    database.inform_planner([TABLE])
    assert known_rows(database) == 1
    append(database, range(1, 3))
    database.inform_planner([TABLE])
    assert known_rows(database) == 1
    append(database, range(3, 1000))
    database.inform_planner([TABLE])
    assert known_rows(database) == 1000
    database.close()


def test_sqlite_has_nobody_to_tell(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'test.db'}")
    database.inform_planner(["anything"])
    database.close()
