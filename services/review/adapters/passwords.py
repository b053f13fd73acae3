"""Passwords in SQL."""

from datetime import datetime

from sqlmodel import Session, col, delete

from services.review.domain.lockout import Attempts
from services.review.tables import AttemptRow, PasswordRow


class SqlPasswords:
    """Implements `ports.Passwords`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def get(self, name: str) -> str | None:
        """What is kept of a user's password."""
        row = self._session.get(PasswordRow, name)
        return row.kept if row else None

    def put(self, name: str, kept: str, at: datetime) -> None:
        """Keep a new password in place of the old one."""
        self._session.merge(PasswordRow(user=name, kept=kept, changed_at=at))
        self._session.flush()

    def forget(self, name: str) -> None:
        """Let no password open this user's door."""
        row = self._session.get(PasswordRow, name)
        if row:
            self._session.delete(row)
            self._session.flush()

    def attempts(self, key: str) -> Attempts | None:
        """The failures under a key, which stands for a name or an address."""
        row = self._session.get(AttemptRow, key)
        return Attempts(row.failures, row.last_at, row.blocked_until) if row else None

    def remember_attempts(self, key: str, attempts: Attempts) -> None:
        """Replace the failures under a key."""
        row = AttemptRow(
            key=key,
            failures=attempts.failures,
            last_at=attempts.last_at,
            blocked_until=attempts.blocked_until,
        )
        self._session.merge(row)
        self._session.flush()

    def forget_attempts(self, key: str) -> None:
        """Count from the beginning under a key."""
        row = self._session.get(AttemptRow, key)
        if row:
            self._session.delete(row)
            self._session.flush()

    def forget_old_attempts(self, before: datetime) -> None:
        """Forget all keys under which nothing has failed since."""
        statement = delete(AttemptRow).where(col(AttemptRow.last_at) < before)
        self._session.connection().execute(statement)
        self._session.expire_all()
