"""One writer and group commit for SQLite.

A disk synchronises a few hundred times a second, and each commit waits for it. So the threads of a
process take turns on one connection: they work in one transaction, each but the first inside a
savepoint, and while others stand in line the transaction stays open. The last one, or whoever finds
it full, commits for all; everybody who took part returns after that, or fails with it.
"""

import time
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from math import ceil
from typing import Any

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session

from shared.database.engines import begin_writing
from shared.database.prepared import session_on
from shared.database.turns import Turns
from shared.errors import Unavailable

_MOST_MEMBERS = 64
_LONGEST_SECONDS = 0.02
_WAIT = "busy_timeout"


class GroupCommit:
    """Lets the threads of a process write, each as if it were alone."""

    def __init__(self, engine: Engine, patience_seconds: float) -> None:
        """Prepare; nothing is connected yet.

        Args:
            engine: of SQLite.
            patience_seconds: the longest wait for one's turn, and for other processes.
        """
        self._engine = engine
        self._patience = patience_seconds
        self._turns = Turns()
        self._group: _Group | None = None
        self._connection: Connection | None = None

    @contextmanager
    def write(self) -> Iterator[Session]:
        """A transaction that is durable when this returns, or undone by an error.

        An error of the body, too, is told only once the others' work that it may rest on is
        durable.

        Raises:
            Unavailable: it was not one's turn in time, or nothing of the group was kept.
        """
        deadline = time.monotonic() + self._patience
        self._take_turn()
        try:
            group = self._join(deadline)
        except BaseException:
            self._end_turn()
            raise
        try:
            try:
                with group.body() as session:
                    yield session
            finally:
                self._end_turn()
        finally:
            group.wait()

    def close(self) -> None:
        """Return when nothing is being written, and all that was is committed."""
        turn = self._turns.ask()
        if turn is not None:
            turn.result()
        if self._connection is not None:
            self._connection.close()
            self._connection = None
        self._end_turn()

    def _take_turn(self) -> None:
        turn = self._turns.ask()
        if turn is None:
            return
        try:
            turn.result(self._patience)
        except BaseException as error:
            if not turn.cancel():
                self._end_turn()  # it came at that very moment
            if isinstance(error, TimeoutError):
                raise Unavailable("the database is busy: too many write at once") from error
            raise

    def _join(self, deadline: float) -> "_Group":
        """The open group, or a new one."""
        if self._group is None:
            if self._connection is None or self._connection.closed:
                self._connection = self._engine.connect()
            left = max(0.0, deadline - time.monotonic())
            self._group = _Group.open(self._connection, left)
        self._group.members += 1
        return self._group

    def _end_turn(self) -> None:
        group = self._group
        if group is not None:
            if not group.is_due and self._turns.hand_over():
                return
            self._group = None
        try:
            if group is not None:
                group.end()
        finally:
            self._turns.end()


class _Group:
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
    def open(cls, connection: Connection, lock_wait_seconds: float) -> "_Group":
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
    def body(self) -> Iterator[Session]:
        """What one member does; the first is alone yet, and needs no savepoint of its own."""
        is_first = self.members == 1
        if not is_first:
            self._driver.execute("SAVEPOINT member")
        try:
            with session_on(self.connection) as session:
                yield session
        except BaseException as error:
            if isinstance(error, DBAPIError):
                self.blame = error
            if self._is_whole:
                self._undo(is_first=is_first)
            raise
        finally:
            if self._is_whole and not is_first:
                self._driver.execute("RELEASE member")

    def _undo(self, *, is_first: bool) -> None:
        """Without the first one's work nothing is left that others could add to."""
        if is_first:
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
