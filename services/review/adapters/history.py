"""The ledger by place, in SQL: every question reads one stretch of an index, never the whole."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Integer, bindparam
from sqlalchemy import select as core_select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, func, select

from services.review.adapters.ledger import ENTRY, entry_of, is_kind
from services.review.domain.ledger import Entry, Kind
from services.review.domain.reconciling import GapKind
from services.review.tables import ItemRow, LedgerRow
from shared.database import Prepared, run
from shared.events import DecidedBy

_PLACE = col(LedgerRow.sequence)
_MOST = bindparam("most", type_=Integer())
_STRETCH = (bindparam("after") < _PLACE, bindparam("until") >= _PLACE)
_NEXT = (
    core_select(_PLACE, col(LedgerRow.at))
    .where(bindparam("after") < _PLACE)
    .order_by(_PLACE)
    .limit(_MOST)
    .subquery()
)
_HORIZON = Prepared(core_select(func.max(_NEXT.c.sequence)).where(_NEXT.c.at < bindparam("before")))
_ALONG = (
    core_select(*ENTRY)
    .where(*_STRETCH, col(LedgerRow.kind).in_(bindparam("of_kinds", expanding=True)))
    .order_by(_PLACE)
)
_CORRECTED = (col(LedgerRow.project) == bindparam("of_project"), is_kind(Kind.CORRECTED))
_COUNT = Prepared(core_select(func.count()).select_from(LedgerRow).where(*_CORRECTED, *_STRETCH))
_CORRECTIONS = Prepared(
    core_select(*ENTRY)
    .where(*_CORRECTED, bindparam("after") < _PLACE)
    .order_by(_PLACE)
    .limit(_MOST)
)
"""Those who look along the ledger do so every second or two: built once."""
_OUR_CLOCK = [kind.value for kind in (Kind.ROUTED, Kind.VOTED, Kind.DECIDED, Kind.CORRECTED)]
"""Kinds of entries whose time rises with their place; others bring a time of their own."""


class SqlHistory:
    """Implements `ports.History`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def horizon(self, after: int, limit: int, before: datetime) -> int:
        """The last place within `limit` after a place that was recorded before a moment."""
        found: int | None = _HORIZON.on(
            self._session, after=after, most=limit, before=before
        ).scalar()
        return found or after

    def of_kinds(
        self, project: str, kinds: Collection[Kind], stretch: tuple[int, int], limit: int
    ) -> Sequence[Entry]:
        """The next entries of some kinds after a place, up to another."""
        after, until = stretch
        statement = (
            select(LedgerRow)
            .where(
                col(LedgerRow.sequence) > after,
                col(LedgerRow.sequence) <= until,
                LedgerRow.project == project,
                col(LedgerRow.kind).in_([kind.value for kind in kinds]),
            )
            .order_by(col(LedgerRow.sequence))
            .limit(limit)
        )
        return [entry_of(row) for row in self._session.exec(statement)]

    def last(self) -> int:
        """The last place; 0 if nothing is recorded."""
        return self._session.exec(select(func.max(LedgerRow.sequence))).one() or 0

    def place_at(self, moment: datetime) -> int:
        """A place before which nothing was recorded since the moment.

        Times rise with places, so halving finds it in some twenty look-ups.
        """
        low, high = 0, self.last()
        while low < high:
            middle = (low + high + 1) // 2
            found = self._session.exec(
                select(LedgerRow.sequence, LedgerRow.at)
                .where(col(LedgerRow.sequence) >= middle, col(LedgerRow.kind).in_(_OUR_CLOCK))
                .order_by(col(LedgerRow.sequence))
                .limit(1)
            ).first()
            if found is not None and found[1] < moment:
                low = middle
            else:
                high = middle - 1
        return low

    def gaps(
        self, kind: GapKind, after: int, until: int, limit: int
    ) -> Sequence[tuple[str, Entry]]:
        """Routed events that nobody decides, or people's decisions without correction."""
        rows = _gaps(kind).on(self._session, after=after, until=until, most=limit)
        return _with_projects(rows)

    def said(self, after: int, limit: int) -> Sequence[tuple[str, Entry]]:
        """The next decisions and corrections after a place, with their project."""
        statement = (
            select(LedgerRow)
            .where(
                col(LedgerRow.sequence) > after,
                col(LedgerRow.kind).in_([Kind.DECIDED.value, Kind.CORRECTED.value]),
            )
            .order_by(col(LedgerRow.sequence))
            .limit(limit)
        )
        return _with_projects(self._session.exec(statement).all())

    def along(self, kinds: Collection[Kind], after: int, until: int) -> Sequence[tuple[str, Entry]]:
        """All entries of some kinds after a place, up to another, with their project."""
        wanted = [kind.value for kind in kinds]
        rows = run(self._session, _ALONG, after=after, until=until, of_kinds=wanted)
        return _with_projects(rows)

    def count_corrections(self, project: str, after: int, until: int) -> int:
        """Corrections after a place, up to another."""
        found: int = _COUNT.on(self._session, of_project=project, after=after, until=until).scalar()
        return found

    def corrections(self, project: str, after: int, limit: int) -> Sequence[Entry]:
        """The next corrections after a place."""
        rows = _CORRECTIONS.on(self._session, of_project=project, after=after, most=limit)
        return [entry_of(row) for row in rows]


@cache
def _gaps(kind: GapKind) -> Prepared:
    """What lacks its effect along a stretch."""
    if kind is GapKind.UNDECIDED:
        waits = select(ItemRow.id).where(
            ItemRow.project == LedgerRow.project,
            ItemRow.event_id == LedgerRow.subject,
            col(ItemRow.settled).is_(False),
        )
        cause, missing = Kind.ROUTED, [~_is_followed_by(Kind.DECIDED), ~waits.exists()]
    else:
        by_people = col(LedgerRow.detail) == DecidedBy.REVIEWERS.value
        cause, missing = Kind.DECIDED, [~_is_followed_by(Kind.CORRECTED), by_people]
    return Prepared(
        core_select(*ENTRY)
        .where(*_STRETCH, col(LedgerRow.kind) == cause.value, *missing)
        .order_by(_PLACE)
        .limit(_MOST)
    )


def _is_followed_by(kind: Kind) -> ColumnElement[bool]:
    effect = aliased(LedgerRow)
    return (
        select(effect.sequence)
        .where(
            effect.project == LedgerRow.project,
            effect.kind == kind.value,
            effect.subject == LedgerRow.subject,
            effect.revision == LedgerRow.revision,
        )
        .exists()
    )


def _with_projects(rows: Iterable[Any]) -> list[tuple[str, Entry]]:
    return [(row.project, entry_of(row)) for row in rows]
