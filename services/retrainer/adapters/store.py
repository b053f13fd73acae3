"""The training database as one store."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlmodel import Session, text

from services.retrainer.adapters.checkpoints import SqlCheckpoints
from services.retrainer.adapters.ledger import SqlLedger
from services.retrainer.adapters.versions import SqlVersions
from shared.database import Database

_WRITE_LOCK = 7214003


class SqlTransaction:
    """Implements `ports.Transaction` on one session."""

    def __init__(self, session: Session) -> None:
        self.ledger = SqlLedger(session)
        self.versions = SqlVersions(session)
        self.checkpoints = SqlCheckpoints(session)


class SqlStore:
    """Implements `ports.Store` on SQLite and PostgreSQL."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @contextmanager
    def read(self) -> Iterator[SqlTransaction]:
        """A transaction that only reads."""
        with self._database.read() as session:
            yield SqlTransaction(session)

    @contextmanager
    def write(self) -> Iterator[SqlTransaction]:
        """A transaction that is kept at its end, or undone by an error.

        One writes at a time, so that positions become visible in their order: else a learner
        could pass over a position that is committed late.
        """
        with self._database.write() as session:
            if self._database.is_postgresql:
                session.connection().execute(text(f"SELECT pg_advisory_xact_lock({_WRITE_LOCK})"))
            yield SqlTransaction(session)
