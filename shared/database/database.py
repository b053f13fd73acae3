"""One database, with transactions for reading and for writing."""

from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Engine, text
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError
from sqlalchemy.exc import TimeoutError as PoolExhausted
from sqlmodel import Session

from shared.database.engines import LOCK_WAIT_SECONDS, begin_writing, make_engine
from shared.database.group_commit import GroupCommit
from shared.database.prepared import session_on
from shared.database.scrubbing import scrub
from shared.database.upgrading import upgrade
from shared.errors import Malformed, Unavailable

_GROWTH = 4
"""Tables that are so many times as large as the planner believes are looked at again."""


class Database:
    """One engine, with a transaction for reading and one for writing."""

    def __init__(self, url: str) -> None:
        self.engine = make_engine(url)
        self._reading = self._engine_for_reading()
        self._group_commit = GroupCommit(self.engine, LOCK_WAIT_SECONDS)

    @property
    def is_postgresql(self) -> bool:
        """Whether the database is shared by several processes of a service."""
        return self.engine.dialect.name == "postgresql"

    @contextmanager
    def read(self) -> Iterator[Session]:
        """Statements that only read.

        SQLite shows them all the same state; PostgreSQL shows each what is committed when it
        begins.

        Raises:
            Unavailable: the database is away or locked.
        """
        with (
            _translated(),
            self._reading.connect() as connection,
            connection.begin(),
            session_on(connection) as session,
        ):
            yield session

    @contextmanager
    def write(self) -> Iterator[Session]:
        """A transaction that is committed at the end, or undone by an error.

        It is durable when this returns. On SQLite, threads that write at once share a commit; so
        a body does nothing slow, and never writes inside another one of its own thread.

        Raises:
            Unavailable: the database is away or locked, or another process was faster.
        """
        if self.is_postgresql:
            with (
                _translated(),
                self.engine.begin() as connection,
                session_on(connection) as session,
            ):
                yield session
        else:
            with _translated(), self._group_commit.write() as session:
                yield session

    @contextmanager
    def together(self) -> Iterator[None]:
        """What this thread writes meanwhile shares a commit on SQLite, durable when this returns.

        Until then nobody may be told of it.

        Raises:
            Unavailable: nothing of it was kept.
        """
        if self.is_postgresql:
            yield
        else:
            with _translated(), self._group_commit.together():
                yield

    def when_durable(self, act: Callable[[], None]) -> None:
        """Call this, once, as soon as what this thread has written is durable."""
        self._group_commit.when_durable(act)

    def upgrade(self, migrations: Path, version_table: str) -> None:
        """Bring the schema to its newest version; several processes may do so at once."""
        with _translated(), self.engine.connect() as connection, begin_writing(connection):
            if self.is_postgresql:
                connection.execute(text("SELECT pg_advisory_xact_lock(7214001)"))
            upgrade(connection, migrations, version_table)

    def inform_planner(self, tables: Collection[str]) -> None:
        """Let PostgreSQL look at tables that it has never looked at, or that have outgrown that.

        A new table counts as empty, and one that was looked at early as tiny, until autovacuum
        comes round, a minute later; until then a look-up may read most of it.
        """
        if not self.is_postgresql:
            return
        unknown = text(
            "SELECT relname FROM pg_class WHERE relname = ANY(:names) AND pg_relation_size(oid) >"
            " CASE WHEN reltuples < 1 THEN 0 ELSE :growth * relpages::bigint *"
            " current_setting('block_size')::bigint END"
        )
        asked = {"names": list(tables), "growth": _GROWTH}
        with _translated(), self.engine.begin() as connection:
            for name in connection.execute(unknown, asked).scalars().all():
                connection.execute(text(f'ANALYZE "{name}"'))

    def _engine_for_reading(self) -> Engine:
        """PostgreSQL's transactions would show no more here, and cost two round trips.

        What is worse, rolling one back makes the driver forget all statements it has prepared.
        """
        if self.is_postgresql:
            return self.engine.execution_options(isolation_level="AUTOCOMMIT")
        return self.engine

    def scrub(self, tables: Collection[str]) -> None:
        """Let no traces be left of what was deleted; see `scrubbing.scrub`.

        Raises:
            Unavailable: the database is away, or in use all the time.
        """
        with _translated():
            scrub(self.engine, tables)

    def close(self) -> None:
        """Give all connections back, after those that write now."""
        self._group_commit.close()
        self.engine.dispose()


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except IntegrityError as error:
        raise Unavailable(f"another process wrote the same first: {error.orig}") from error
    except DataError as error:
        raise Malformed(f"the database does not take this value: {error.orig}") from error
    except DBAPIError as error:
        raise Unavailable(f"the database does not answer: {error.orig}") from error
    except PoolExhausted as error:
        raise Unavailable("all connections to the database are in use") from error
