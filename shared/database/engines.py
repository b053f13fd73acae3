"""Connections as Handraise needs them."""

from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from shared.errors import Misconfigured

LOCK_WAIT_SECONDS = 5
"""How long a writer waits for others, in this process and in all of them."""

_WRITES = "handraise_writes"


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
        return _sqlite(parsed.render_as_string(hide_password=False))
    return create_engine(parsed, pool_size=10, max_overflow=10, pool_pre_ping=True)


def for_writing(engine: Engine) -> Engine:
    """The same engine, whose transactions take SQLite's write lock at once.

    So no transaction fails half-way because another one was faster.
    """
    return engine.execution_options(**{_WRITES: True})


def _sqlite(url: str) -> Engine:
    engine = create_engine(url, connect_args={"timeout": LOCK_WAIT_SECONDS})

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
