"""Connections as Handraise needs them."""

import sqlite3
import time
from collections.abc import Mapping
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import URL, Connection, Engine, RootTransaction, create_engine, event
from sqlalchemy.dialects import registry
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DisconnectionError
from sqlalchemy.pool import ConnectionPoolEntry
from typing_extensions import override

from shared.errors import Misconfigured

LOCK_WAIT_SECONDS = 5
"""How long a writer waits for others, in this process and in all of them."""

_POOL: Mapping[str, Any] = {
    "pool_size": 10,
    "max_overflow": 10,
    "pool_timeout": LOCK_WAIT_SECONDS,
    "pool_use_lifo": True,
}
"""The newest goes first: it has statements prepared and pages read, and need not be asked."""

_SILENCE_SECONDS = 10
_FRESH_SECONDS = 0.1
"""A connection that was used so recently is not asked whether it is still there."""
_IDLE_TRANSACTION = "30s"
_SQLITE_DRIVER = "sqlite+handraise"


class PlainTransactions(SQLiteDialect_pysqlite):
    """SQLite, whose transactions and savepoints are begun here, not by the driver, as plain text.

    Compiling them would cost more than making them, and an event for the beginning would be asked
    for before every statement.
    """

    supports_statement_cache = True

    @override
    def do_begin(self, dbapi_connection: Any) -> None:
        dbapi_connection.execute(dbapi_connection.beginning)

    @override
    def do_savepoint(self, connection: Connection, name: str) -> None:
        connection.exec_driver_sql(f"SAVEPOINT {name}")

    @override
    def do_rollback_to_savepoint(self, connection: Connection, name: str) -> None:
        connection.exec_driver_sql(f"ROLLBACK TO {name}")

    @override
    def do_release_savepoint(self, connection: Connection, name: str) -> None:
        connection.exec_driver_sql(f"RELEASE {name}")


registry.register(_SQLITE_DRIVER.replace("+", "."), __name__, PlainTransactions.__name__)


def make_engine(url: str) -> Engine:
    """The engine for an address.

    Raises:
        Misconfigured: that is no address of a database.
    """
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
        return _sqlite(parsed.set(drivername=_SQLITE_DRIVER))
    return _postgresql(parsed)


class _Connection(sqlite3.Connection):
    """A connection that knows how its transactions begin."""

    beginning = "BEGIN"


def begin_writing(connection: Connection) -> RootTransaction:
    """Begin a transaction that takes SQLite's write lock at once.

    So it does not fail half-way because another one was faster.
    """
    driver: Any = connection.connection.driver_connection
    if not isinstance(driver, _Connection):
        return connection.begin()
    driver.beginning = "BEGIN IMMEDIATE"
    try:
        return connection.begin()
    finally:
        driver.beginning = "BEGIN"


def connect_writer(engine: Engine) -> Connection:
    """A connection of SQLite for many savepoints, whose undoing stays in memory.

    Beyond 64 kB, which an answer's changes reach, it would go into a file, page by page: a tenth of
    what an answer takes. Nothing else may be done here that needs much room, such as a VACUUM.
    """
    connection = engine.connect()
    driver: Any = connection.connection.driver_connection
    driver.execute("PRAGMA temp_store=MEMORY")
    return connection


def _postgresql(url: URL) -> Engine:
    """An engine on which nobody's silence holds others up for ever.

    A server that has vanished ends a connection; a process that stands still ends a transaction.
    Plans are not compiled: where the planner believes that it pays, it takes 100 ms and more.
    """
    patience = {
        "connect_timeout": LOCK_WAIT_SECONDS,
        "keepalives_idle": _SILENCE_SECONDS,
        "keepalives_interval": 2,
        "keepalives_count": 3,
        "tcp_user_timeout": _SILENCE_SECONDS * 1000,
    }
    engine = create_engine(
        url,
        **_POOL,
        connect_args={name: value for name, value in patience.items() if name not in url.query},
    )
    _ask_the_idle(engine)

    @event.listens_for(engine, "connect")
    def configure(connection: Any, _: object) -> None:  # noqa: ANN401 - the driver's own type
        connection.execute(f"SET idle_in_transaction_session_timeout = '{_IDLE_TRANSACTION}'")
        connection.execute("SET jit = off")
        connection.commit()

    return engine


def _ask_the_idle(engine: Engine) -> None:
    """Replace connections that died while nobody used them; asking each time is a round trip."""
    used: WeakKeyDictionary[ConnectionPoolEntry, float] = WeakKeyDictionary()

    @event.listens_for(engine, "checkin")
    def note(_: object, entry: ConnectionPoolEntry) -> None:
        used[entry] = time.monotonic()

    @event.listens_for(engine, "checkout")
    def ask(connection: Any, entry: ConnectionPoolEntry, _: object) -> None:  # noqa: ANN401
        if time.monotonic() - used.get(entry, 0.0) < _FRESH_SECONDS:
            return
        try:
            engine.dialect.do_ping(connection)
        except engine.dialect.loaded_dbapi.Error as error:
            raise DisconnectionError("the connection died while nobody used it") from error


def _sqlite(url: URL) -> Engine:
    engine = create_engine(
        url,
        **_POOL,
        connect_args={"timeout": LOCK_WAIT_SECONDS, "factory": _Connection},
    )

    @event.listens_for(engine, "connect")
    def configure(connection: Any, _: object) -> None:  # noqa: ANN401 - the driver's own type
        connection.isolation_level = None  # transactions are begun above, not by the driver
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
            connection.execute(f"PRAGMA {pragma}")

    return engine
