"""One transaction of SQLite in which several threads work, one after the other."""

import time
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from math import ceil
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session

from shared.database.engines import begin_writing
from shared.database.prepared import session_on
from shared.errors import Unavailable

_MOST_MEMBERS = 64
_LONGEST_SECONDS = 0.02
_WAIT = "busy_timeout"


class Group:
    """One transaction of many members, on a connection that nobody else writes on.

    Attributes:
        members: how many worked in it.
        blame: the newest error of the database, which explains why it gave up, if it did.
    """

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.members = 0
        self.blame: DBAPIError | None = None
        self._transaction = begin_writing(connection)
        self._is_empty = False
        self._opened = time.monotonic()
        self._outcome: Future[None] = Future()

    @classmethod
    def open(cls, connection: Connection, lock_wait_seconds: float) -> "Group":
        """Take the write lock, which another process may hold.

        Raises:
            DBAPIError: it holds it for too long, or the file is out of reach.
        """
        try:
            wait = ceil(lock_wait_seconds * 10) * 100
            if connection.info.get(_WAIT) != wait:
                driver: Any = connection.connection.driver_connection
                driver.execute(f"PRAGMA busy_timeout={wait}")
                connection.info[_WAIT] = wait
            return cls(connection)
        except BaseException:
            connection.close()
            raise

    @property
    def is_due(self) -> bool:
        """Whether nobody else is to join it."""
        age = time.monotonic() - self._opened
        return self.members >= _MOST_MEMBERS or age >= _LONGEST_SECONDS or not self._is_whole

    @contextmanager
    def body(self, *, is_alone: bool) -> Iterator[Session]:
        """What one member does; who is alone in it needs no savepoint of its own.

        Raises:
            Unavailable: the database has given up what was written before.
        """
        if not is_alone:
            if not self._is_whole:  # a savepoint would begin another transaction
                raise Unavailable("the database gave up the transaction")
            self._driver.execute("SAVEPOINT member")
        try:
            with session_on(self.connection) as session:
                yield session
        except BaseException as error:
            if isinstance(error, DBAPIError):
                self.blame = error
            if self._is_whole:
                self._undo(is_alone=is_alone)
            raise
        finally:
            if self._is_whole and not is_alone:
                self._driver.execute("RELEASE member")

    def _undo(self, *, is_alone: bool) -> None:
        """Without the work of who is alone nothing is left that others could add to."""
        if is_alone:
            self._transaction.rollback()
            self._is_empty = True
        else:
            self._driver.execute("ROLLBACK TO member")

    def end(self) -> None:
        """Commit, and tell all members how it went; a connection that failed is not used again.

        Raises:
            Unavailable: nothing of it was kept.
            DBAPIError: the same, as the database says it.
        """
        try:
            self._commit()
        except BaseException as error:
            self._outcome.set_exception(error)
            self.connection.invalidate()
            self.connection.close()
            raise
        self._outcome.set_result(None)

    def wait(self) -> None:
        """Return when all is durable.

        Raises:
            Unavailable: nothing of it was kept.
        """
        error = self._outcome.exception()
        if error is not None:
            reason = getattr(error, "orig", error)
            raise Unavailable(f"the database does not answer: {reason}") from error

    def _commit(self) -> None:
        if self._is_empty:
            return
        if not self._is_whole:
            raise self.blame or Unavailable("the database gave up the transaction")
        self._transaction.commit()

    @property
    def _is_whole(self) -> bool:
        """False after an error that made SQLite undo everybody's work, as a full disk does."""
        if self.connection.invalidated:
            return False
        return bool(self._driver.in_transaction)

    @property
    def _driver(self) -> Any:  # noqa: ANN401 - the driver's own type
        return self.connection.connection.driver_connection
