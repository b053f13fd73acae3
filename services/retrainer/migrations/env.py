"""Alembic's environment; run by `shared.database.Database.upgrade`."""

from alembic import context
from alembic.runtime.environment import NameFilterParentNames, NameFilterType

from services.retrainer.tables import Table


def include_name(name: str | None, kind: NameFilterType, _: NameFilterParentNames) -> bool:
    """Only our own tables: the database may be shared with the review service."""
    return kind != "table" or (name or "").startswith("retrainer_")


context.configure(
    connection=context.config.attributes["connection"],
    version_table=context.config.attributes["version_table"],
    target_metadata=Table.metadata,
    include_name=include_name,
)
context.run_migrations()
