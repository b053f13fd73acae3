"""Counts by slice in SQL."""

from collections.abc import Mapping

from sqlalchemy import insert as insert_into
from sqlalchemy import select, update
from sqlmodel import Session, col

from services.review.domain.slices import Cell, Count
from services.review.tables import SliceCountRow
from shared.database import run

_CELL = ("slice", "value", "predicted", "truth")
_COUNT = ("events", "auto", "weight", "squares")
_ROW = tuple(getattr(SliceCountRow, name) for name in (*_CELL, *_COUNT))


class SqlSliceCounts:
    """Implements `ports.SliceCounts`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def of(self, project: str) -> Mapping[Cell, Count]:
        """All counts of a project."""
        rows = run(self._session, select(*_ROW).where(col(SliceCountRow.project) == project))
        return {Cell(*row[: len(_CELL)]): Count(*row[len(_CELL) :]) for row in rows}

    def add(self, project: str, more: Mapping[Cell, Count]) -> None:
        """Count more, or fewer."""
        for cell, count in more.items():
            named = {"project": project} | {name: getattr(cell, name) for name in _CELL}
            which = [getattr(SliceCountRow, name) == value for name, value in named.items()]
            added = {name: getattr(count, name) for name in _COUNT}
            summed = {name: getattr(SliceCountRow, name) + n for name, n in added.items()}
            changed = update(SliceCountRow).where(*which).values(summed)
            if not run(self._session, changed).rowcount:
                run(self._session, insert_into(SliceCountRow).values(named | added))
