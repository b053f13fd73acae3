"""Whose turn it is to learn: one process at a time, the others record and stand by."""

from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from shared.database import Database
from shared.errors import Unavailable

_LEARNER_LOCK = 7214004
_ENDS_IDLE_SESSIONS: tuple[int | str, ...] = (14,)


class Turn:
    """A lock that PostgreSQL frees when its holder's connection ends; SQLite has one process.

    A holder that stands still says nothing for `patience_seconds`; then the server (14 or newer)
    ends its connection. Should two processes learn for a moment all the same (one that stood still
    wakes up while it learns), a version's number can still be taken only once. Used by the learning
    thread only.
    """

    def __init__(self, database: Database, patience_seconds: float) -> None:
        self._database = database
        self._patience = f"{round(patience_seconds * 1000)}ms"
        self._connection: Connection | None = None
        self._held = False

    def is_mine(self) -> bool:
        """Whether this process is to learn now.

        Raises:
            Unavailable: the database is away, and with it the turn.
        """
        if not self._database.is_postgresql:
            return True
        try:
            return self._ask()
        except DBAPIError as error:
            self.give_up()
            raise Unavailable(f"the database does not answer: {error.orig}") from error

    def give_up(self) -> None:
        """Let another process learn."""
        connection, self._connection, self._held = self._connection, None, False
        if connection is not None:
            connection.invalidate()
            connection.close()

    def _ask(self) -> bool:
        if self._connection is None:
            engine = self._database.engine.execution_options(isolation_level="AUTOCOMMIT")
            self._connection = engine.connect()
            if self._ends_idle_sessions():
                patience = text("SELECT set_config('idle_session_timeout', :patience, false)")
                self._connection.execute(patience, {"patience": self._patience})
        if self._held:
            self._connection.execute(text("SELECT 1"))
        else:
            lock = text(f"SELECT pg_try_advisory_lock({_LEARNER_LOCK})")
            self._held = bool(self._connection.scalar(lock))
        return self._held

    def _ends_idle_sessions(self) -> bool:
        version = self._database.engine.dialect.server_version_info
        return version is not None and version >= _ENDS_IDLE_SESSIONS
