"""Dead letters in SQL: settling is one guarded UPDATE, and whoever gets the row has won."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from sqlalchemy import Column, ColumnElement, CursorResult, RowMapping, update
from sqlmodel import Session, col, delete, func, select

from services.review.domain.dead_letters import (
    Letter,
    LetterState,
    NewLetter,
    Selection,
    Settled,
)
from services.review.tables import DeadLetterRow as Row
from shared.database import insert_many

_COLUMNS: tuple[Column[object], ...] = tuple(
    column
    for column in Row.__table__.columns  # type: ignore[attr-defined]
    if column.name != "original"
)
"""All but the original, which may be megabytes."""


class SqlDeadLetters:
    """Implements `ports.DeadLetters`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def known(self, document_ids: Collection[str]) -> Collection[str]:
        """Which of these are kept already."""
        kept = select(Row.document_id).where(col(Row.document_id).in_(list(document_ids)))
        return set(self._session.exec(kept))

    def add(self, letters: Sequence[NewLetter]) -> None:
        """Keep letters; none of them may be kept already."""
        insert_many(self._session, Row, [_row(letter) for letter in letters])

    def get(self, identity: int) -> Letter | None:
        """One letter."""
        found = self._session.connection().execute(select(*_COLUMNS).where(col(Row.id) == identity))
        row = found.mappings().first()
        return _letter(row) if row else None

    def originals(self, identities: Collection[int]) -> Mapping[int, bytes]:
        """The originals of letters, byte for byte."""
        chosen = select(Row.id, Row.original).where(col(Row.id).in_(list(identities)))
        return {
            identity: bytes(original)
            for identity, original in self._session.exec(chosen)
            if identity is not None
        }

    def page(self, wanted: Selection, limit: int, before: int | None) -> Sequence[Letter]:
        """Letters older than `before`, newest first."""
        older = [col(Row.id) < before] if before is not None else []
        found = self._session.connection().execute(
            select(*_COLUMNS)
            .where(*_conditions(wanted), *older)
            .order_by(col(Row.id).desc())
            .limit(limit)
        )
        return [_letter(row) for row in found.mappings()]

    def newest(self) -> int:
        """The id of the letter that came last; 0 if there is none."""
        return self._session.exec(select(func.max(Row.id))).one() or 0

    def counts(self, wanted: Selection) -> Mapping[tuple[str, str], int]:
        """Number of letters by project and reason."""
        rows = self._session.exec(
            select(Row.project, Row.reason, func.count())
            .where(*_conditions(wanted))
            .group_by(Row.project, Row.reason)
        )
        return {(project, reason): count for project, reason, count in rows}

    def settle(self, wanted: Selection, settled: Settled, limit: int) -> Sequence[Letter]:
        """Settle waiting letters, oldest first; gives those that this call settled."""
        waiting = col(Row.state) == LetterState.WAITING.value
        chosen = self._session.exec(
            select(Row.id)
            .where(*_conditions(wanted), waiting)
            .order_by(col(Row.id))
            .limit(limit)
            .with_for_update()
        ).all()
        if not chosen:
            return []
        statement = (
            update(Row)
            .where(col(Row.id).in_(chosen), waiting)
            .values(
                state=settled.state.value,
                settled_by=settled.by,
                settled_at=settled.at,
                settle_reason=settled.why,
            )
            .returning(*_COLUMNS)
        )
        rows = self._session.connection().execute(statement).mappings()
        return sorted((_letter(row) for row in rows), key=lambda letter: letter.id)

    def forget(self, settled_before: datetime, limit: int) -> int:
        """Delete letters that were settled before; how many."""
        old = (
            select(Row.id)
            .where(
                col(Row.state) != LetterState.WAITING.value,
                col(Row.settled_at) < settled_before,
            )
            .limit(limit)
        )
        result = self._session.connection().execute(delete(Row).where(col(Row.id).in_(old)))
        assert isinstance(result, CursorResult)  # noqa: S101 - a DELETE always gives one
        return result.rowcount


def _conditions(wanted: Selection) -> list[ColumnElement[bool]]:
    """A selection in SQL."""
    conditions = []
    if wanted.project is not None:
        conditions.append(col(Row.project) == wanted.project)
    if wanted.reason is not None:
        conditions.append(col(Row.reason) == wanted.reason)
    if wanted.streams is not None:
        conditions.append(col(Row.stream).in_(sorted(wanted.streams)))
    if wanted.state is not None:
        conditions.append(col(Row.state) == wanted.state.value)
    if wanted.id is not None:
        conditions.append(col(Row.id) == wanted.id)
    if wanted.upto is not None:
        conditions.append(col(Row.id) <= wanted.upto)
    return conditions


def _row(letter: NewLetter) -> dict[str, object]:
    return {
        "document_id": letter.document_id,
        "project": letter.project,
        "stream": letter.stream,
        "entry_id": letter.entry_id,
        "reason": letter.reason,
        "error": letter.error,
        "message": letter.message,
        "attempts": letter.attempts,
        "size": len(letter.original),
        "original": letter.original,
        "at": letter.at,
        "state": LetterState.WAITING.value,
    }


def _letter(row: RowMapping) -> Letter:
    return Letter(**{**row, "state": LetterState(row["state"])})
