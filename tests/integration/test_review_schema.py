"""Review's migrations make the schema that its code expects, beside another service's tables."""

from pathlib import Path

from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import text
from sqlmodel import SQLModel

from services.review import migrations, tables
from shared.database import Database

MIGRATIONS = Path(migrations.__path__[0])
VERSION_TABLE = "review_alembic_version"


def is_ours(name: str | None, kind: str, _: object) -> bool:
    return kind != "table" or (name or "").startswith("review_")


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
