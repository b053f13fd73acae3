"""Databases with the review service's tables, which are made once and not for each test.

Making them takes a test longer than most tests take, and hundreds of databases on a server are as
many folders to remove at the end.
"""

import shutil
from collections.abc import Callable
from functools import cached_property
from pathlib import Path

from sqlalchemy import text

from services.review import migrations
from shared.database import Database
from tests import servers

MIGRATIONS = Path(migrations.__path__[0])
VERSIONS = "review_alembic_version"

_TABLES = text(
    "SELECT quote_ident(tablename) FROM pg_tables"
    " WHERE schemaname = 'public' AND tablename <> :kept"
)


class ReviewDatabases:
    """One file that is copied, and one database of a server that is emptied for the next test."""

    def __init__(self, directory: Path, server: Callable[[], str]) -> None:
        """Prepare; nothing is made yet.

        Args:
            directory: where the file may lie.
            server: gives the address of a PostgreSQL; not asked before one is needed.
        """
        self._directory = directory
        self._server = server

    def of(self, kind: str, directory: Path) -> Database:
        """One on `sqlite`, in that directory, or on `postgresql`."""
        return self.on_postgresql() if kind == "postgresql" else self.on_sqlite(directory)

    def on_sqlite(self, directory: Path) -> Database:
        """A new file."""
        path = directory / "review.db"
        shutil.copyfile(self._file, path)
        return Database(f"sqlite:///{path}")

    def on_postgresql(self) -> Database:
        """The one database there is, empty; whoever had it before has closed it."""
        database = Database(self._address)
        with database.engine.begin() as connection:
            tables = connection.execute(_TABLES, {"kept": VERSIONS}).scalars().all()
            connection.execute(text(f"TRUNCATE {', '.join(tables)} RESTART IDENTITY"))
        return database

    @cached_property
    def _file(self) -> Path:
        path = self._directory / "review.db"
        self._migrate(f"sqlite:///{path}")
        return path

    @cached_property
    def _address(self) -> str:
        url = servers.new_database(self._server(), "review_tables")
        self._migrate(url)
        return url

    def _migrate(self, url: str) -> None:
        database = Database(url)
        database.upgrade(MIGRATIONS, VERSIONS)
        database.close()
