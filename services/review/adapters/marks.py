"""Small facts by name, in SQL."""

from sqlmodel import Session, text

from services.review.tables import MarkRow

_RECONCILER_LOCK = 7214005


class SqlMarks:
    """Implements `ports.Marks`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def get(self, name: str) -> str | None:
        """A fact, None if it was never noted."""
        row = self._session.get(MarkRow, name)
        return row.value if row else None

    def put(self, name: str, value: str) -> None:
        """Note a fact in place of what it was before."""
        self._session.merge(MarkRow(name=name, value=value))

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
