"""The ledger in SQL."""

import os
from collections.abc import Collection, Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Integer, String, bindparam, literal, literal_column
from sqlalchemy import select as core_select
from sqlmodel import Session, col, func, insert, select, text
from sqlmodel.sql.expression import SelectOfScalar

from services.review.domain.ledger import Entry, Kind, NewEntry, Stretch
from services.review.tables import RARE_KINDS, LedgerRow
from shared.database import Prepared, insert_many, run
from shared.events import DecidedBy

_END = 2**63 - 1
"""Behind every place."""
ENTRY = tuple(LedgerRow.__table__.c)  # type: ignore[attr-defined]
_APPEND = Prepared(insert(LedgerRow).returning(col(LedgerRow.sequence)))
_FIRST = select(LedgerRow.subject, LedgerRow.body).where(
    LedgerRow.project == bindparam("of_project"),
    LedgerRow.kind == bindparam("of_kind"),
    LedgerRow.revision == 1,
)
_KNOWN = _FIRST.where(col(LedgerRow.subject).in_(bindparam("of_subjects", expanding=True)))
_ONE_KNOWN = Prepared(_FIRST.where(LedgerRow.subject == bindparam("of_subject")))
"""What is said for each item is built once: building costs several times what executing does."""


class SqlLedger:
    """Implements `ports.Ledger`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def append(self, entries: Sequence[NewEntry]) -> None:
        """Record many entries, in order, in one statement."""
        insert_many(self._session, LedgerRow, [_row(entry) for entry in entries])

    def append_one(self, entry: NewEntry) -> int:
        """Record one entry; its sequence number."""
        sequence: int = _APPEND.on(self._session, **_row(entry)).scalar()
        return sequence

    def append_at(self, entry: NewEntry, sequence: int) -> None:
        """Record one entry at a place behind the last; all later ones come after it.

        SQLite goes on behind the highest place by itself, PostgreSQL where its counter stands.
        """
        connection = self._session.connection()
        connection.execute(insert(LedgerRow).values(_row(entry) | {"sequence": sequence}))
        if connection.dialect.name == "postgresql":
            counter = text("SELECT setval(pg_get_serial_sequence(:table, 'sequence'), :place)")
            connection.execute(counter, {"table": LedgerRow.__tablename__, "place": sequence})

    def known(self, project: str, kind: Kind, subjects: Collection[str]) -> Mapping[str, str]:
        """The bodies (revision 1) of those subjects that are recorded already."""
        asked = {"of_project": project, "of_kind": kind.value}
        if len(subjects) == 1:
            row = _ONE_KNOWN.on(self._session, **asked, of_subject=next(iter(subjects))).first()
            return {row.subject: row.body} if row else {}
        rows = run(self._session, _KNOWN, **asked, of_subjects=list(subjects))
        return {row.subject: row.body for row in rows}

    def story(self, project: str, subject: str, kinds: Collection[Kind]) -> Sequence[Entry]:
        """All entries of a subject, oldest first."""
        statement = (
            select(LedgerRow)
            .where(
                LedgerRow.project == project,
                LedgerRow.subject == subject,
                col(LedgerRow.kind).in_([kind.value for kind in kinds]),
            )
            .order_by(col(LedgerRow.sequence))
        )
        return [entry_of(row) for row in self._session.exec(statement)]

    def newest(
        self, project: str, kind: Kind, limit: int, before: int | None = None
    ) -> Sequence[Entry]:
        """The newest entries of a kind, newest first, of those before a place."""
        place = _END if before is None else before
        rows = _newest(kind).on(self._session, of_project=project, before=place, most=limit)
        return [entry_of(row) for row in rows]

    def decisions(self, project: str, by: DecidedBy, stretch: Stretch) -> Sequence[Entry]:
        """Decisions that somebody took, in the order of the stretch."""
        chosen = select(LedgerRow).where(
            LedgerRow.project == project,
            LedgerRow.kind == Kind.DECIDED.value,
            LedgerRow.detail == by.value,
        )
        return self._along(chosen, stretch)

    def _along(self, chosen: SelectOfScalar[LedgerRow], stretch: Stretch) -> list[Entry]:
        place = col(LedgerRow.sequence)
        if stretch.after is not None:
            ordered = chosen.where(place > stretch.after).order_by(place)
        else:
            ordered = chosen.order_by(place.desc())
        if stretch.before is not None:
            ordered = ordered.where(place < stretch.before)
        return [entry_of(row) for row in self._session.exec(ordered.limit(stretch.limit))]

    def tally(self, project: str) -> Mapping[tuple[Kind, str], int]:
        """Number of entries by kind and detail."""
        statement = (
            select(LedgerRow.kind, LedgerRow.detail, func.count())
            .where(LedgerRow.project == project)
            .group_by(LedgerRow.kind, LedgerRow.detail)
        )
        rows = self._session.exec(statement)
        return {(Kind(kind), detail): count for kind, detail, count in rows}


def is_kind(kind: Kind) -> ColumnElement[bool]:
    """A condition on the kind, such that the index of the rare kinds is used for these."""
    rare = kind.value in RARE_KINDS
    value = literal_column(f"'{kind.value}'", String) if rare else literal(kind.value)
    return col(LedgerRow.kind) == value


@cache
def _newest(kind: Kind) -> Prepared:
    place = col(LedgerRow.sequence)
    ours = (col(LedgerRow.project) == bindparam("of_project"), is_kind(kind))
    return Prepared(
        core_select(*ENTRY)
        .where(*ours, place < bindparam("before"))
        .order_by(place.desc())
        .limit(bindparam("most", type_=Integer()))
    )


def _row(entry: NewEntry) -> dict[str, object]:
    return {
        "project": entry.project,
        "kind": entry.kind.value,
        "subject": entry.subject,
        "revision": entry.revision,
        "detail": entry.detail,
        "body": entry.body,
        "at": entry.at,
        "salt": os.urandom(16).hex(),
    }


def entry_of(row: Any) -> Entry:  # noqa: ANN401 - a row of any shape
    """What a row records."""
    return Entry(
        sequence=row.sequence,
        kind=Kind(row.kind),
        subject=row.subject,
        revision=row.revision,
        detail=row.detail,
        body=row.body,
        at=row.at,
    )
