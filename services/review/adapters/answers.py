"""Requests with an Idempotency-Key in SQL."""

from datetime import datetime

from sqlalchemy import CursorResult, bindparam
from sqlmodel import Session, col, delete, select

from services.review.ports import Answered
from services.review.tables import AnswerRow
from shared.database import Prepared, insert_if_new

_FIND = Prepared(
    select(AnswerRow.request, AnswerRow.outcome).where(AnswerRow.key == bindparam("of_key"))
)


class SqlAnswers:
    """Implements `ports.Answers`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def find(self, key: str) -> Answered | None:
        """What was asked under a key."""
        row = _FIND.on(self._session, of_key=key).first()
        return Answered(*row) if row else None

    def remember(self, key: str, answered: Answered, at: datetime) -> bool:
        """Remember it. False if something is remembered under the key already."""
        row = {"key": key, "request": answered.request, "outcome": answered.outcome, "at": at}
        return insert_if_new(self._session, AnswerRow, row)

    def forget(self, before: datetime, limit: int) -> int:
        """Forget what was remembered before; how many."""
        old = select(AnswerRow.key).where(AnswerRow.at < before).limit(limit)
        statement = delete(AnswerRow).where(col(AnswerRow.key).in_(old))
        result = self._session.connection().execute(statement)
        assert isinstance(result, CursorResult)  # noqa: S101 - a DELETE always gives one
        return result.rowcount
