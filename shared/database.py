"""SQL on SQLite and PostgreSQL through one code path.

SQLite runs with a write-ahead log and full synchronisation: what was committed survives a power
cut. Writing transactions take the write lock at once, so that none fails half-way.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.util import CommandError
from sqlalchemy import (
    Connection,
    DateTime,
    Dialect,
    Engine,
    TypeDecorator,
    create_engine,
    event,
    text,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DataError, DBAPIError, IntegrityError
from sqlmodel import Session, SQLModel, insert
from typing_extensions import override

from shared.errors import Malformed, Misconfigured, Unavailable

_LOCK_WAIT_SECONDS = 5
_WRITES = "handraise_writes"


class UtcDateTime(TypeDecorator[datetime]):
    """A moment, aware, in UTC; SQLite stores it without saying so."""

    impl = DateTime(timezone=True)
    cache_ok = True

    @override
    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return None if value is None else value.astimezone(UTC)

    @override
    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Database:
    """One engine, with a transaction for reading and one for writing."""

    def __init__(self, url: str) -> None:
        self.engine = _engine(url)

    @property
    def is_postgresql(self) -> bool:
        """Whether the database is shared by several processes of a service."""
        return self.engine.dialect.name == "postgresql"

    @contextmanager
    def read(self) -> Iterator[Session]:
        """A transaction that only reads.

        Raises:
            Unavailable: the database is away or locked.
        """
        with _translated(), Session(self.engine) as session:
            yield session

    @contextmanager
    def write(self) -> Iterator[Session]:
        """A transaction that is committed at the end, or undone by an error.

        Raises:
            Unavailable: the database is away or locked, or another process was faster.
        """
        engine = self.engine.execution_options(**{_WRITES: True})
        with _translated(), Session(engine, expire_on_commit=False) as session, session.begin():
            yield session

    def upgrade(self, migrations: Path, version_table: str) -> None:
        """Bring the schema to its newest version; several processes may do so at once."""
        config = Config()
        config.set_main_option("script_location", str(migrations))
        config.attributes["version_table"] = version_table
        engine = self.engine.execution_options(**{_WRITES: True})
        with _translated(), engine.begin() as connection:
            if self.is_postgresql:
                connection.execute(text("SELECT pg_advisory_xact_lock(7214001)"))
            config.attributes["connection"] = connection
            try:
                command.upgrade(config, "head")
            except CommandError as error:
                raise Misconfigured(
                    f"the database is of a newer version ({error}): start that version of "
                    "Handraise again, or restore the backup made before the upgrade"
                ) from error

    def inform_planner(self, tables: Collection[str]) -> None:
        """Let PostgreSQL look at tables that it has never looked at.

        A new table counts as empty until autovacuum comes round, a minute later; until then a
        look-up may read it whole.
        """
        if not self.is_postgresql:
            return
        unseen = text(
            "SELECT relname FROM pg_class WHERE relname = ANY(:names)"
            " AND reltuples < 1 AND pg_relation_size(oid) > 0"
        )
        with _translated(), self.engine.begin() as connection:
            for name in connection.execute(unseen, {"names": list(tables)}).scalars().all():
                connection.execute(text(f'ANALYZE "{name}"'))

    def close(self) -> None:
        """Give all connections back."""
        self.engine.dispose()


def insert_many(
    session: Session, table: type[SQLModel], rows: Sequence[Mapping[str, object]]
) -> None:
    """Insert rows that name the same columns, in order, by the quickest way of the database."""
    if not rows:
        return
    connection = session.connection()
    if connection.dialect.name != "postgresql":
        connection.execute(insert(table), rows)
        return
    columns = ", ".join(f'"{column}"' for column in rows[0])
    statement = f'COPY "{table.__tablename__}" ({columns}) FROM STDIN'
    driver: Any = connection.connection.driver_connection
    dbapi: Any = connection.dialect.dbapi
    try:
        with driver.cursor() as cursor, cursor.copy(statement) as copy:
            for row in rows:
                copy.write_row(tuple(row.values()))
    except dbapi.IntegrityError as error:
        raise Unavailable(f"another process wrote the same first: {error}") from error
    except dbapi.Error as error:
        raise Unavailable(f"the database does not answer: {error}") from error


def insert_new(
    session: Session, table: type[SQLModel], rows: Sequence[Mapping[str, object]]
) -> None:
    """Insert rows that name the same columns; those whose key is taken already are left out."""
    if not rows:
        return
    connection = session.connection()
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    connection.execute(dialect.insert(table).on_conflict_do_nothing(), rows)


def _engine(url: str) -> Engine:
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        raise Misconfigured(
            "HANDRAISE_DATABASE_URL is not a database address; "
            "write postgresql://user:password@host/name or sqlite:///path"
        ) from error
    if parsed.drivername == "postgresql":
        parsed = parsed.set(drivername="postgresql+psycopg")
    if parsed.get_backend_name() == "sqlite":
        return _sqlite(parsed.render_as_string(hide_password=False))
    return create_engine(parsed, pool_size=10, max_overflow=10, pool_pre_ping=True)


def _sqlite(url: str) -> Engine:
    engine = create_engine(url, connect_args={"timeout": _LOCK_WAIT_SECONDS})

    @event.listens_for(engine, "connect")
    def configure(connection: Any, _: object) -> None:  # noqa: ANN401 - the driver's own type
        connection.isolation_level = None  # transactions are begun below, not by the driver
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        writes = connection.get_execution_options().get(_WRITES)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


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
