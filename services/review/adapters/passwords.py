"""Passwords in SQL."""

from collections.abc import Collection, Mapping
from datetime import datetime

from sqlmodel import Session, col, delete, select

from services.review.domain.lockout import Attempts
from services.review.tables import AttemptRow, PasswordRow
from shared.database import insert_new


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

    def lock_attempts(self, keys: Collection[str], now: datetime) -> Mapping[str, Attempts]:
        """The failures under each key, which stands for a name or an address."""
        fresh = {"failures": 0, "last_at": now, "blocked_until": now}
        insert_new(self._session, AttemptRow, [{"key": key, **fresh} for key in sorted(keys)])
        statement = (
            select(AttemptRow)
            .where(col(AttemptRow.key).in_(list(keys)))
            .order_by(col(AttemptRow.key))
            .with_for_update()
            .execution_options(populate_existing=True)
        )
        rows = self._session.exec(statement).all()
        return {row.key: Attempts(row.failures, row.last_at, row.blocked_until) for row in rows}

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

    def forget_old_attempts(self, before: datetime) -> None:
        """Forget all keys under which nothing has failed since."""
        statement = delete(AttemptRow).where(col(AttemptRow.last_at) < before)
        self._session.connection().execute(statement)
        self._session.expire_all()
