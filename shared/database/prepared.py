"""Statements that are compiled once for each database, then given to its driver as they are.

SQLAlchemy's own way from a statement to the driver and back costs several times what the driver
takes, and a transaction of the hot path executes a score of them.
"""

from collections import namedtuple
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any

from sqlalchemy import Connection, Dialect, Executable, Insert
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql.type_api import TypeEngine
from sqlmodel import Session

_WORK = "handraise"
_Change = Callable[[Any], Any]


class Rows:
    """What a statement gave: rows, whose columns are attributes, or how many it changed."""

    def __init__(self, rows: Sequence[Any], rowcount: int) -> None:
        self._rows = rows
        self.rowcount = rowcount

    def __iter__(self) -> Iterator[Any]:
        return iter(self._rows)

    def first(self) -> Any:  # noqa: ANN401 - a row of any shape
        """The first row. None if there is none."""
        return self._rows[0] if self._rows else None

    def scalar(self) -> Any:  # noqa: ANN401 - a value of any type
        """The first column of the first row. None if there is none."""
        return self._rows[0][0] if self._rows else None


class Prepared:
    """A statement of the core whose values are named by its parameters or columns.

    It is compiled when a database first executes it. Lists of any length (`IN`) and values that
    Python would compute for a column are not for it.
    """

    def __init__(self, statement: Executable) -> None:
        self._statement = statement
        self._compiled: dict[tuple[str, tuple[str, ...]], Compiled] = {}

    def on(self, session: Session, **values: object) -> Rows:
        """Execute it in the transaction of a session.

        Raises:
            DBAPIError: as if SQLAlchemy had executed it.
            InvalidRequestError: a parameter has no value.
        """
        return self._for(_work_of(session).dialect, values).execute(session, values)

    def on_each(self, session: Session, rows: Sequence[Mapping[str, object]]) -> None:
        """Execute it for each of these sets of values, which have the same names.

        Raises:
            DBAPIError: as if SQLAlchemy had executed it.
        """
        compiled = self._for(_work_of(session).dialect, rows[0])
        if len(rows) == 1:
            compiled.execute(session, rows[0])
        else:
            compiled.execute_many(session, rows)

    def _for(self, dialect: Dialect, values: Mapping[str, object]) -> "Compiled":
        key = dialect.name, tuple(values)
        compiled = self._compiled.get(key)
        if compiled is None:
            compiled = self._compiled[key] = Compiled(self._statement, dialect, key[1])
        return compiled


@contextmanager
def session_on(connection: Connection) -> Iterator[Session]:
    """A session for what a connection's transaction, which has begun, reads and changes.

    Most transactions execute prepared statements only; then there is nothing to flush or close.
    """
    session = Session(connection, join_transaction_mode="rollback_only", expire_on_commit=False)
    session.info[_WORK] = _Work(connection)
    try:
        yield session
        if session.in_transaction():
            session.flush()
    finally:
        if session.in_transaction():
            session.close()


def connection_of(session: Session) -> Connection:
    """The connection on which a session's only transaction runs; the first call begins it."""
    return _work_of(session).connection


class _Work:
    """What is looked up once for a session's only transaction, since each look costs."""

    __slots__ = ("_cursor", "connection", "dialect")

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.dialect = connection.dialect
        self._cursor: Any = None

    @property
    def cursor(self) -> Any:  # noqa: ANN401 - the driver's own type
        """The driver's cursor."""
        if self._cursor is None:
            driver: Any = self.connection.connection.driver_connection
            self._cursor = driver.cursor()
        return self._cursor


def _work_of(session: Session) -> _Work:
    work: _Work | None = session.info.get(_WORK)
    if work is None:
        work = session.info[_WORK] = _Work(session.connection())
    return work


class Compiled:
    """A statement for one dialect, and for values of these names."""

    def __init__(self, statement: Executable, dialect: Dialect, names: tuple[str, ...]) -> None:
        columns = getattr(statement, "exported_columns", {})
        if isinstance(statement, Insert) and not columns:
            statement = statement.inline()  # a key that nobody asks for is not given
        compiled: Any = statement.compile(dialect=dialect, column_keys=list(names))  # type: ignore[attr-defined]
        self.sql: str = compiled.string
        types = {name: bind.type for name, bind in compiled.binds.items()}
        self._constants: Mapping[str, object] = {
            name: value if (change := _to_driver(types[name], dialect)) is None else change(value)
            for name, value in compiled.construct_params(dict.fromkeys(names)).items()
            if name not in names
        }
        self._by_place: bool = compiled.positiontup is not None
        self._names: Sequence[str] = compiled.positiontup or (*self._constants, *names)
        self._binding = [
            (place, change)
            for place, name in enumerate(self._names)
            if name in names and (change := _to_driver(types[name], dialect)) is not None
        ]
        self._types: Sequence[TypeEngine[Any]] = [column.type for column in columns.values()]
        row: Any = namedtuple("Row", columns.keys())  # type: ignore[misc]
        self._make: Callable[[Sequence[Any]], Any] = partial(tuple.__new__, row)
        self._reading: Sequence[tuple[int, _Change]] | None = None

    def execute(self, session: Session, values: Mapping[str, object]) -> Rows:
        """Execute it, and read all that it gives."""
        cursor, bound = _work_of(session).cursor, self.bound(values)
        try:
            cursor.execute(self.sql, bound)
            found = cursor.fetchall() if self._types else ()
        except _errors(session) as error:
            raise _translated(connection_of(session), self.sql, bound, error) from error
        if not found:
            return Rows(found, cursor.rowcount)
        if self._reading is None:
            dialect = connection_of(session).dialect
            self._reading = self._from_driver(dialect, cursor.description)
        return Rows([self._read(row) for row in found], cursor.rowcount)

    def execute_many(self, session: Session, rows: Sequence[Mapping[str, object]]) -> None:
        """Execute it for each of these sets of values."""
        bound = [self.bound(row) for row in rows]
        try:
            _work_of(session).cursor.executemany(self.sql, bound)
        except _errors(session) as error:
            raise _translated(connection_of(session), self.sql, bound, error) from error

    def bound(self, values: Mapping[str, object]) -> Any:  # noqa: ANN401 - by place or by name
        """The values as the driver takes them."""
        known = {**self._constants, **values} if self._constants else values
        bound = list(map(known.__getitem__, self._names))
        for place, change in self._binding:
            bound[place] = change(bound[place])
        return bound if self._by_place else dict(zip(self._names, bound, strict=True))

    def _read(self, row: Sequence[Any]) -> Any:  # noqa: ANN401 - a row of any shape
        if not self._reading:
            return self._make(row)
        values = list(row)
        for place, change in self._reading:
            values[place] = change(values[place])
        return self._make(values)

    def _from_driver(
        self, dialect: Dialect, described: Sequence[Sequence[Any]]
    ) -> Sequence[tuple[int, _Change]]:
        changes = [
            type_.dialect_impl(dialect).result_processor(dialect, column[1])
            for type_, column in zip(self._types, described, strict=True)
        ]
        return [(place, change) for place, change in enumerate(changes) if change is not None]


def _to_driver(type_: TypeEngine[Any], dialect: Dialect) -> _Change | None:
    return type_.dialect_impl(dialect).bind_processor(dialect)


def _errors(session: Session) -> type[Exception]:
    dbapi: Any = connection_of(session).dialect.dbapi
    errors: type[Exception] = dbapi.Error
    return errors


def _translated(connection: Connection, sql: str, bound: object, error: Any) -> Exception:  # noqa: ANN401
    """The error as SQLAlchemy tells it; a connection that is lost is not used again."""
    dialect: Any = connection.dialect
    lost: bool = dialect.is_disconnect(error, connection.connection.dbapi_connection, None)
    if lost:
        connection.invalidate(error)
    told: Any = DBAPIError.instance(  # type: ignore[call-overload]
        sql, bound, error, dialect.dbapi.Error, connection_invalidated=lost, dialect=dialect
    )
    return told  # type: ignore[no-any-return]
