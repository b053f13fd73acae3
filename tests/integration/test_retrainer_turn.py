"""Of several retrainers on one PostgreSQL database, one learns at a time."""

from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from services.retrainer.adapters.turn import Turn
from shared.database import Database
from shared.errors import Unavailable
from tests.processes import until

PATIENCE_SECONDS = 1.0


@pytest.fixture
def databases(database_url: str) -> Iterator[tuple[Database, Database]]:
    """The database, as two processes see it."""
    with ExitStack() as stack:
        pair = Database(database_url), Database(database_url)
        for database in pair:
            stack.callback(database.close)
        yield pair


def test_the_turn_passes_on_when_it_is_given_up(databases: tuple[Database, Database]) -> None:
    alone = not databases[0].is_postgresql
    first, second = (Turn(database, PATIENCE_SECONDS) for database in databases)

    assert [first.is_mine(), first.is_mine()] == [True, True]
    assert second.is_mine() is alone

    first.give_up()
    until(second.is_mine)  # the server frees it when it sees that the connection has ended
    assert first.is_mine() is alone
    second.give_up()
    first.give_up()


def test_the_turn_of_one_that_stands_still_passes_on(
    databases: tuple[Database, Database],
) -> None:
    first, second = (Turn(database, PATIENCE_SECONDS) for database in databases)
    assert first.is_mine()
    until(second.is_mine)
    if databases[0].is_postgresql:
        with pytest.raises(Unavailable):
            first.is_mine()
        assert not first.is_mine()
    second.give_up()
    first.give_up()
