"""Review's migrations make the schema that its code expects, beside another service's tables."""

from pathlib import Path

from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect, text
from sqlmodel import SQLModel

from services.review import migrations, tables
from shared.database import Database
from shared.database.upgrading import newest

MIGRATIONS = Path(migrations.__path__[0])
VERSION_TABLE = "review_alembic_version"


def is_ours(name: str | None, kind: str, _: object) -> bool:
    return kind != "table" or (name or "").startswith("review_")


def test_a_schema_that_is_the_newest_is_left_alone(database_url: str) -> None:
    """As most starts find it; names of files tell which version is the newest."""
    script = ScriptDirectory(str(MIGRATIONS))
    assert newest(MIGRATIONS) == script.get_current_head()
    database = Database(database_url)
    database.upgrade(MIGRATIONS, VERSION_TABLE)
    with database.write() as session:
        session.connection().execute(text("DROP TABLE review_drafts"))
    database.upgrade(MIGRATIONS, VERSION_TABLE)
    with database.engine.connect() as connection:
        assert not inspect(connection).has_table("review_drafts")
    database.close()


def test_the_models_are_the_migrated_schema(database_url: str) -> None:
    # given a database in which another service lives
    database = Database(database_url)
    with database.write() as session:
        session.connection().execute(text("CREATE TABLE retrainer_ledger (id INTEGER)"))

    for _ in range(2):
        database.upgrade(MIGRATIONS, VERSION_TABLE)

    options = {"include_name": is_ours, "version_table": VERSION_TABLE, "compare_type": True}
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts=options)
        assert compare_metadata(context, SQLModel.metadata) == []
        assert tables.LedgerRow.__tablename__ in SQLModel.metadata.tables
    database.close()
