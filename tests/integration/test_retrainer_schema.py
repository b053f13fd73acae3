"""The migrations make the schema that the code expects, beside another service's tables."""

from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import text

from services.retrainer.app import MIGRATIONS, VERSION_TABLE
from services.retrainer.tables import Table
from shared.database import Database


def is_ours(name: str | None, kind: str, _: object) -> bool:
    return kind != "table" or (name or "").startswith("retrainer_")


def test_the_models_are_the_migrated_schema(database_url: str) -> None:
    # given a database in which another service lives
    database = Database(database_url)
    with database.write() as session:
        session.connection().execute(text("CREATE TABLE review_items (id INTEGER)"))

    for _ in range(2):
        database.upgrade(MIGRATIONS, VERSION_TABLE)

    options = {"include_name": is_ours, "version_table": VERSION_TABLE, "compare_type": True}
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts=options)
        assert compare_metadata(context, Table.metadata) == []
        assert context.get_current_revision() == "0003"
    database.close()
