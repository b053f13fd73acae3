"""Statements, and many rows at once by the quickest way of each database."""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy import CursorResult, Executable, Insert, inspect
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.sql.dml import ReturningInsert
from sqlmodel import Session, SQLModel, insert

from shared.errors import Unavailable

_FEW = 8
"""Up to so many rows, COPY costs more than it saves."""


def run(session: Session, statement: Executable, **parameters: object) -> CursorResult[Any]:
    """Execute a statement of the core, built once or just now."""
    result = session.connection().execute(statement, parameters)
    assert isinstance(result, CursorResult)  # noqa: S101 - statements of the core give one
    return result


def insert_many(
    session: Session, table: type[SQLModel], rows: Sequence[Mapping[str, object]]
) -> None:
    """Insert rows that name the same columns, in order, by the quickest way of the database."""
    if not rows:
        return
    connection = session.connection()
    if connection.dialect.name != "postgresql" or len(rows) <= _FEW:
        connection.execute(_insert(table), rows)
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
    connection.execute(_insert_new(table, connection.dialect.name), rows)


def insert_if_new(session: Session, table: type[SQLModel], row: Mapping[str, object]) -> bool:
    """Insert a row. False if its key is taken already."""
    connection = session.connection()
    statement = _insert_if_new(table, connection.dialect.name)
    return connection.execute(statement, row).first() is not None


@cache
def _insert_if_new(table: type[SQLModel], dialect: str) -> ReturningInsert[Any]:
    keys = inspect(table).primary_key
    return _insert_new(table, dialect).returning(*keys)


@cache
def _insert(table: type[SQLModel]) -> Insert:
    """Building a statement costs several times what executing it does."""
    return insert(table)


@cache
def _insert_new(table: type[SQLModel], dialect: str) -> Insert:
    if dialect == "postgresql":
        return postgresql.insert(table).on_conflict_do_nothing()
    return sqlite.insert(table).on_conflict_do_nothing()
