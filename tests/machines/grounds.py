"""Databases for the machine: one a run, emptied for each example.

So SQLAlchemy compiles each statement once a run, which would take half of the time otherwise.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlmodel import SQLModel

from shared.database import Database
from tests.databases import MIGRATIONS, VERSIONS

_IN_MEMORY = Path("/dev/shm")  # noqa: S108 - where files cost no disk, if the system has it


@contextmanager
def on_sqlite() -> Iterator[Database]:
    """A file with all tables, in memory where that is possible."""
    with TemporaryDirectory(dir=_IN_MEMORY if _IN_MEMORY.is_dir() else None) as directory:
        database = Database(f"sqlite:///{Path(directory, 'machine.db')}")
        database.upgrade(MIGRATIONS, VERSIONS)
        yield database
        database.close()


def empty(database: Database) -> None:
    """Delete all that an example has left."""
    tables = reversed(SQLModel.metadata.sorted_tables)
    with database.engine.begin() as connection:
        for table in tables:
            if table.name.startswith("review_"):
                connection.exec_driver_sql(f"DELETE FROM {table.name}")  # noqa: S608 - our own names
