"""Statements, and many rows at once by the quickest way of each database."""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy import CursorResult, Executable, Insert, bindparam, inspect
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, SQLModel, insert

from shared.database.prepared import Prepared, connection_of
from shared.errors import Unavailable

_FEW = 8
"""Up to so many rows, COPY costs more than it saves."""


def run(session: Session, statement: Executable, **parameters: object) -> CursorResult[Any]:
    """Execute a statement of the core, built once or just now."""
    result = connection_of(session).execute(statement, parameters)
    assert isinstance(result, CursorResult)  # noqa: S101 - statements of the core give one
    return result


def insert_many(
    session: Session, table: type[SQLModel], rows: Sequence[Mapping[str, object]]
) -> None:
    """Insert rows that name the same columns, in order, by the quickest way of the database."""
    if not rows:
        return
    connection = connection_of(session)
    if connection.dialect.name != "postgresql" or len(rows) == 1:
        _insert(table).on_each(session, rows)
        return
    if len(rows) <= _FEW:
        _insert_few(table, tuple(rows[0]), len(rows)).on(session, **_numbered(rows))
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
    if rows:
        _insert_new(table, connection_of(session).dialect.name).on_each(session, rows)


def put_many(session: Session, table: type[SQLModel], rows: Sequence[Mapping[str, object]]) -> None:
    """Insert rows that name the same columns; those whose key is there already are replaced."""
    if rows:
        dialect = connection_of(session).dialect.name
        _put(table, dialect, tuple(rows[0])).on_each(session, rows)


def insert_if_new(session: Session, table: type[SQLModel], row: Mapping[str, object]) -> bool:
    """Insert a row. False if its key is taken already."""
    inserted = _insert_if_new(table, connection_of(session).dialect.name).on(session, **row)
    return inserted.first() is not None


@cache
def _insert(table: type[SQLModel]) -> Prepared:
    return Prepared(insert(table))


@cache
def _insert_few(table: type[SQLModel], names: tuple[str, ...], count: int) -> Prepared:
    """One statement for so many rows; one each would be a pipeline, opened and closed for them."""
    columns = inspect(table).columns
    return Prepared(
        insert(table).values(
            [
                {
                    name: bindparam(_numbered_name(name, place), type_=columns[name].type)
                    for name in names
                }
                for place in range(count)
            ]
        )
    )


def _numbered(rows: Sequence[Mapping[str, object]]) -> dict[str, object]:
    """The values of many rows, each under a name of its own."""
    return {
        _numbered_name(name, place): value
        for place, row in enumerate(rows)
        for name, value in row.items()
    }


def _numbered_name(name: str, place: int) -> str:
    return f"{name}_of_{place}"


@cache
def _insert_new(table: type[SQLModel], dialect: str) -> Prepared:
    return Prepared(_unless_taken(table, dialect))


@cache
def _insert_if_new(table: type[SQLModel], dialect: str) -> Prepared:
    keys = inspect(table).primary_key
    return Prepared(_unless_taken(table, dialect).returning(*keys))


@cache
def _put(table: type[SQLModel], dialect: str, names: tuple[str, ...]) -> Prepared:
    insert_into = postgresql.insert if dialect == "postgresql" else sqlite.insert
    statement = insert_into(table)
    keys = [key.name for key in inspect(table).primary_key]
    changed = {name: statement.excluded[name] for name in names if name not in keys}
    return Prepared(statement.on_conflict_do_update(index_elements=keys, set_=changed))


def _unless_taken(table: type[SQLModel], dialect: str) -> Insert:
    if dialect == "postgresql":
        return postgresql.insert(table).on_conflict_do_nothing()
    return sqlite.insert(table).on_conflict_do_nothing()
