"""Users, tokens and answered requests in SQL."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import CursorResult
from sqlmodel import Session, col, delete, select

from services.review.domain.access import Role, TokenKind, User
from services.review.tables import AnswerRow, TokenRow, UserRow


class SqlUsers:
    """Implements `ports.Users`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def get(self, name: str) -> User | None:
        """One user."""
        row = self._session.get(UserRow, name)
        return User(row.name, Role(row.role)) if row else None

    def put(self, user: User) -> None:
        """Replace or add a user."""
        self._session.merge(UserRow(name=user.name, role=user.role.value))
        self._session.flush()  # a token in the same transaction refers to it

    def add_token(self, digest: str, user: str, kind: TokenKind, expires_at: datetime) -> None:
        """Remember a token by its digest."""
        row = TokenRow(digest=digest, user=user, kind=kind.value, expires_at=expires_at)
        self._session.add(row)

    def find_token(self, digest: str, kinds: Collection[TokenKind], now: datetime) -> User | None:
        """The user whom a token proves, if it has not expired."""
        row = self._session.exec(
            select(UserRow)
            .join(TokenRow, col(TokenRow.user) == UserRow.name)
            .where(
                TokenRow.digest == digest,
                col(TokenRow.kind).in_([kind.value for kind in kinds]),
                TokenRow.expires_at > now,
            )
        ).first()
        return User(row.name, Role(row.role)) if row else None

    def drop_token(self, digest: str) -> bool:
        """Forget a token. False if it was not there (somebody else used it up)."""
        statement = delete(TokenRow).where(col(TokenRow.digest) == digest)
        result = self._session.connection().execute(statement)
        assert isinstance(result, CursorResult)  # noqa: S101 - a DELETE always gives one
        return result.rowcount == 1

    def answered(self, key: str) -> str | None:
        """The request that was answered under an Idempotency-Key."""
        row = self._session.get(AnswerRow, key)
        return row.request if row else None

    def remember_answer(self, key: str, request: str) -> None:
        """Remember a request under its Idempotency-Key."""
        self._session.add(AnswerRow(key=key, request=request))
