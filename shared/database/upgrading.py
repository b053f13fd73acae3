"""Bringing a schema to its newest version.

Alembic is loaded only where there is something to do: it takes a tenth of a service's memory, and
most starts change nothing.
"""

from pathlib import Path

from sqlalchemy import Connection, column, inspect, select, table

from shared.errors import Misconfigured


def upgrade(connection: Connection, migrations: Path, version_table: str) -> None:
    """Run what migrations are missing.

    Args:
        connection: with an open transaction.
        migrations: the directory of `env.py`, with the migrations in `versions/`.
        version_table: where the version is kept.

    Raises:
        Misconfigured: the database is of a newer version.
    """
    if _version(connection, version_table) == newest(migrations):
        return
    from alembic import command  # noqa: PLC0415 - see above
    from alembic.config import Config  # noqa: PLC0415
    from alembic.util import CommandError  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(migrations))
    config.attributes |= {"version_table": version_table, "connection": connection}
    try:
        command.upgrade(config, "head")
    except CommandError as error:
        raise Misconfigured(
            f"the database is of a newer version ({error}): start that version of "
            "Handraise again, or restore the backup made before the upgrade"
        ) from error


def newest(migrations: Path) -> str:
    """The version of the newest migration; names of files begin with it."""
    names = (path.name for path in (migrations / "versions").glob("[0-9]*.py"))
    return max(names).partition("_")[0]


def _version(connection: Connection, version_table: str) -> str | None:
    if not inspect(connection).has_table(version_table):
        return None
    kept = table(version_table, column("version_num"))
    found = connection.execute(select(kept)).scalars().all()
    return str(found[0]) if len(found) == 1 else None
