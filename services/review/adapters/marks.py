"""Small facts by name, in SQL."""

from sqlalchemy import bindparam, select
from sqlmodel import Session, col, text

from services.review.tables import MarkRow
from shared.database import Prepared, put_many

_VALUE = Prepared(select(col(MarkRow.value)).where(col(MarkRow.name) == bindparam("of_name")))
_RECONCILER_LOCK = 7214005


class SqlMarks:
    """Implements `ports.Marks`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def get(self, name: str) -> str | None:
        """A fact, None if it was never noted."""
        found: str | None = _VALUE.on(self._session, of_name=name).scalar()
        return found

    def put(self, name: str, value: str) -> None:
        """Note a fact in place of what it was before."""
        put_many(self._session, MarkRow, [{"name": name, "value": value}])

    def take_turn(self) -> bool:
        """Whether no other process reconciles; it will not until this transaction ends.

        SQLite has one process only.
        """
        connection = self._session.connection()
        if connection.dialect.name != "postgresql":
            return True
        return bool(
            connection.scalar(text(f"SELECT pg_try_advisory_xact_lock({_RECONCILER_LOCK})"))
        )
