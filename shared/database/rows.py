"""Many rows at once, by the quickest way of each database."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, SQLModel, insert

from shared.errors import Unavailable


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
