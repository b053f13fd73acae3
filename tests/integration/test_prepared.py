"""Prepared statements give what SQLAlchemy's own execution gives, on both databases."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import (
    Boolean,
    Column,
    Float,
    Integer,
    MetaData,
    String,
    Table,
    bindparam,
    insert,
    select,
    text,
    update,
)
from sqlalchemy.exc import IntegrityError, InvalidRequestError

from shared.database import Database, Prepared, UtcDateTime, run
from shared.errors import Unavailable
from tests import servers

NOON = datetime(2026, 5, 1, 12, 30, 0, 250, UTC)


NOTES = Table(
    "notes",
    MetaData(),
    Column("id", Integer, primary_key=True),
    Column("word", String, unique=True, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("seen", Boolean, nullable=False),
    Column("weight", Float),
)
"""A column of each sort that the tables of the services have."""

WRITE = Prepared(insert(NOTES))
READ = Prepared(
    select(NOTES.c.word, NOTES.c.at, NOTES.c.seen, NOTES.c.weight)
    .where(NOTES.c.word.like(bindparam("pattern")))
    .order_by(NOTES.c.word)
)
SEE = Prepared(
    update(NOTES).where(NOTES.c.word == bindparam("of_word")).values(seen=True, weight=None)
)


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """A database with the table."""
    database = Database(
        servers.new_database(request.getfixturevalue("postgresql_url"), tmp_path.name)
        if request.param == "postgresql"
        else f"sqlite:///{tmp_path / 'notes.db'}"
    )
    NOTES.create(database.engine)
    yield database
    database.close()


def note(word: str, *, seen: bool = False, weight: float | None = 0.25) -> dict[str, object]:
    return {"word": word, "at": NOON, "seen": seen, "weight": weight}


def test_what_is_written_is_read_by_both_ways(database: Database) -> None:
    with database.write() as session:
        WRITE.on(session, **note("one"))
        WRITE.on_each(session, [note("two", seen=True), note("twice", weight=None)])

    with database.read() as session:
        prepared = [tuple(row) for row in READ.on(session, pattern="%")]
        asked = select(NOTES.c.word, NOTES.c.at, NOTES.c.seen, NOTES.c.weight).order_by(
            NOTES.c.word
        )
        usual = [tuple(row) for row in run(session, asked)]

    assert prepared == usual
    assert prepared == [
        ("one", NOON, False, 0.25),
        ("twice", NOON, False, None),
        ("two", NOON, True, 0.25),
    ]
    assert [type(value) for value in prepared[2]] == [str, datetime, bool, float]


def test_what_a_statement_changed_is_counted(database: Database) -> None:
    with database.write() as session:
        WRITE.on(session, **note("one"))
        assert SEE.on(session, of_word="one").rowcount == 1
        assert SEE.on(session, of_word="none").rowcount == 0
        row = READ.on(session, pattern="one").first()
        assert (row.word, row.seen, row.weight) == ("one", True, None)
        assert READ.on(session, pattern="none").first() is None
        assert READ.on(session, pattern="none").scalar() is None


def test_it_sees_what_its_own_transaction_wrote_and_is_undone_with_it(database: Database) -> None:
    with pytest.raises(ZeroDivisionError), database.write() as session:
        WRITE.on(session, **note("one"))
        assert READ.on(session, pattern="%").scalar() == "one"
        raise ZeroDivisionError

    with database.read() as session:
        assert READ.on(session, pattern="%").first() is None


@pytest.mark.parametrize("at_once", [1, 2])
def test_errors_are_those_of_sqlalchemy(database: Database, at_once: int) -> None:
    rows = [note("same"), note("other")][:at_once]
    with database.write() as session:
        WRITE.on(session, **note("same"))

    with (
        pytest.raises(Unavailable, match="wrote the same first") as caught,
        database.write() as session,
    ):
        WRITE.on_each(session, rows)

    assert isinstance(caught.value.__cause__, IntegrityError)


def test_a_name_that_is_missing_is_said(database: Database) -> None:
    with pytest.raises(InvalidRequestError, match="pattern"), database.read() as session:
        READ.on(session)


def test_a_connection_that_is_lost_is_not_used_again(postgresql_url: str, tmp_path: Path) -> None:
    database = Database(servers.new_database(postgresql_url, tmp_path.name))
    NOTES.create(database.engine)
    own = text("SELECT pg_backend_pid()")
    with pytest.raises(Unavailable, match="does not answer"), database.write() as session:
        process = session.connection().execute(own).scalar_one()
        with database.engine.begin() as other:
            other.execute(text("SELECT pg_terminate_backend(:p)"), {"p": process})
        WRITE.on(session, **note("lost"))

    with database.write() as session:
        WRITE.on(session, **note("kept"))
        assert READ.on(session, pattern="%").scalar() == "kept"
    database.close()
