"""Practice in SQL."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, or_, select
from sqlmodel import Session, col

from services.review.domain.practice import Exercise
from services.review.domain.votes import Because
from services.review.tables import GoldRow, ItemRow, LeaseRow, ThroughRow
from shared.database import run
from shared.events import RouteReason

_NEWEST = 2000
"""Who has held all of these has practised enough; more would make the others wait."""


class SqlPractice:
    """Implements `ports.Practice`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def fresh(self, project: str, reviewer: str, limit: int) -> Sequence[Exercise]:
        """Those that a person has neither held nor practised, the newest first."""
        newest = (
            select(col(ItemRow.id))
            .where(*_decided(project))
            .order_by(col(ItemRow.id).desc())
            .limit(_NEWEST)
        )
        statement = (
            _exercises()
            .where(col(ItemRow.id).in_(newest), *_others(reviewer), ~_is_through(reviewer))
            .order_by(col(ItemRow.id).desc())
            .limit(limit)
        )
        return [_exercise(row) for row in run(self._session, statement)]

    def find(self, project: str, reviewer: str, item_id: int) -> Exercise | None:
        """One that they have not held, whether they practised it or not."""
        practised = _is_through(reviewer, col(ThroughRow.because) == Because.PRACTISED.value)
        statement = _exercises().where(
            col(ItemRow.id) == item_id,
            *_decided(project),
            *_others(reviewer),
            or_(~_is_through(reviewer), practised),
        )
        row = run(self._session, statement).first()
        return _exercise(row) if row else None


def _exercises() -> Select[int | None, str, str | None, str, str, str | None]:
    gold = and_(
        col(GoldRow.project) == col(ItemRow.project), col(GoldRow.event_id) == col(ItemRow.event_id)
    )
    return select(
        col(ItemRow.id),
        col(ItemRow.event_id),
        col(ItemRow.label),
        col(ItemRow.predicted),
        col(ItemRow.reason),
        col(GoldRow.explanation),
    ).outerjoin(GoldRow, gold)


def _decided(project: str) -> tuple[ColumnElement[bool], ...]:
    return (
        col(ItemRow.project) == project,
        col(ItemRow.queue) == project,
        col(ItemRow.settled).is_(True),
        col(ItemRow.label).is_not(None),
    )


def _others(reviewer: str) -> tuple[ColumnElement[bool], ...]:
    """Neither decided by the person alone, nor gold that they may still be given."""
    held = exists().where(
        col(LeaseRow.item_id) == col(ItemRow.id), col(LeaseRow.holder) == reviewer
    )
    return ~held, or_(col(GoldRow.active).is_(None), col(GoldRow.active).is_(False))


def _is_through(reviewer: str, *which: ColumnElement[bool]) -> ColumnElement[bool]:
    return exists().where(
        col(ThroughRow.item_id) == col(ItemRow.id), col(ThroughRow.reviewer) == reviewer, *which
    )


def _exercise(row: Any) -> Exercise:  # noqa: ANN401 - a row of any shape
    predicted = None if row.reason == RouteReason.NO_MODEL.value else row.predicted
    return Exercise(row.id, row.event_id, row.label, predicted, row.explanation)
