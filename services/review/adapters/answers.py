"""Requests with an Idempotency-Key in SQL."""

from datetime import datetime

from sqlalchemy import CursorResult, bindparam
from sqlmodel import Session, col, delete, insert, select

from services.review.ports import Answered
from services.review.tables import AnswerRow
from shared.database import Prepared

_FIND = Prepared(
    select(AnswerRow.request, AnswerRow.outcome).where(AnswerRow.key == bindparam("of_key"))
)
_REMEMBER = Prepared(insert(AnswerRow))


class SqlAnswers:
    """Implements `ports.Answers`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def find(self, key: str) -> Answered | None:
        """What was asked under a key."""
        row = _FIND.on(self._session, of_key=key).first()
        return Answered(*row) if row else None

    def remember(self, key: str, answered: Answered, at: datetime) -> None:
        """Remember it; of two requests with one key at once, the second fails as a whole."""
        row = {"key": key, "request": answered.request, "outcome": answered.outcome, "at": at}
        _REMEMBER.on(self._session, **row)

    def forget(self, before: datetime, limit: int) -> int:
        """Forget what was remembered before; how many."""
        old = select(AnswerRow.key).where(AnswerRow.at < before).limit(limit)
        statement = delete(AnswerRow).where(col(AnswerRow.key).in_(old))
        result = self._session.connection().execute(statement)
        assert isinstance(result, CursorResult)  # noqa: S101 - a DELETE always gives one
        return result.rowcount
