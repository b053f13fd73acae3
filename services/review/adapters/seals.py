"""Seals in SQL."""

import struct
from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import RowMapping, bindparam
from sqlmodel import Session, col, select, text
from sqlmodel.sql.expression import SelectOfScalar

from services.review.domain.ledger import Kind
from services.review.domain.seals import Seal, SignedHead, Stored
from services.review.tables import LedgerRow, SealRow
from shared.database import Prepared, insert_many, run

_SEALER_LOCK = 7214006
_LEAF = struct.Struct(">q32s")
_COLUMNS: Any = LedgerRow.__table__.columns  # type: ignore[attr-defined]
_STORED = select(*_COLUMNS).order_by(col(LedgerRow.sequence))
_NEXT = Prepared(
    _STORED.where(
        col(LedgerRow.sequence) > bindparam("after"), col(LedgerRow.sequence) <= bindparam("until")
    ).limit(bindparam("most"))
)
_HEAD = select(col(SealRow.document), col(SealRow.signature))
_NEWEST = Prepared(_HEAD.order_by(col(SealRow.number).desc()).limit(1))
_HEADS = _HEAD.where(col(SealRow.number).in_(bindparam("of_numbers", expanding=True))).order_by(
    col(SealRow.number)
)
_WRITERS = text(
    "SELECT virtualtransaction FROM pg_locks WHERE granted AND locktype = 'relation'"
    " AND mode = 'RowExclusiveLock' AND relation = CAST(:ledger AS regclass)"
    " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
)


class SqlSeals:
    """Implements `ports.Seals`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def newest(self) -> SignedHead | None:
        """The newest head; None if nothing is sealed."""
        row = _NEWEST.on(self._session).first()
        return SignedHead(*row) if row else None

    def heads(self, numbers: Collection[int]) -> Sequence[SignedHead]:
        """The heads with these numbers, as far as there are such, in order."""
        rows = run(self._session, _HEADS, of_numbers=sorted(numbers))
        return [SignedHead(row.document, row.signature) for row in rows]

    def after(self, number: int, limit: int) -> Sequence[Seal]:
        """The next seals after a number."""
        statement = select(SealRow).where(col(SealRow.number) > number)
        return self._seals(statement.order_by(col(SealRow.number)).limit(limit))

    def covering(self, sequence: int) -> Seal | None:
        """The seal in whose stretch a place lies; None: none reaches so far."""
        statement = select(SealRow).where(col(SealRow.last) >= sequence)
        return next(iter(self._seals(statement.order_by(col(SealRow.last)).limit(1))), None)

    def add(self, seal: Seal) -> None:
        """Add the next seal; its number can be taken only once."""
        head = seal.signed.head
        row = {
            "number": head.number,
            "last": head.last,
            "document": seal.signed.document,
            "signature": seal.signed.signature,
            "leaves": b"".join(_LEAF.pack(place, found) for place, found in seal.leaves),
        }
        insert_many(self._session, SealRow, [row])

    def take_turn(self) -> bool:
        """Whether no other process seals; SQLite has one process only."""
        connection = self._session.connection()
        if connection.dialect.name != "postgresql":
            return True
        lock = text(f"SELECT pg_try_advisory_xact_lock({_SEALER_LOCK})")
        return bool(connection.scalar(lock))

    def writers(self) -> frozenset[str]:
        """The transactions that write to the ledger now, and may have taken places in it.

        Whoever inserts locks the table before a place is taken, until the end. SQLite has one
        writer at a time, who takes places in the order in which they can be seen.
        """
        connection = self._session.connection()
        if connection.dialect.name != "postgresql":
            return frozenset()
        found = run(self._session, _WRITERS, ledger=LedgerRow.__tablename__)
        return frozenset(found.scalars())

    def entries(self, after: int, until: int, limit: int) -> Sequence[Stored]:
        """The next entries of all projects after a place, up to another."""
        rows = _NEXT.on(self._session, after=after, until=until, most=limit)
        return [Stored(*row._replace(kind=Kind(row.kind))) for row in rows]

    def story(self, project: str, subject: str) -> Sequence[Stored]:
        """All entries of a subject, oldest first."""
        chosen = _STORED.where(LedgerRow.project == project, LedgerRow.subject == subject)
        return self._stored(chosen)

    def of_project(self, project: str, after: int, limit: int) -> Sequence[Stored]:
        """The next entries of a project after a place."""
        chosen = _STORED.where(LedgerRow.project == project, col(LedgerRow.sequence) > after)
        return self._stored(chosen.limit(limit))

    def _stored(self, statement: Any) -> list[Stored]:  # noqa: ANN401 - a select of many columns
        return [_stored(row) for row in run(self._session, statement).mappings()]

    def _seals(self, statement: SelectOfScalar[SealRow]) -> list[Seal]:
        return [
            Seal(SignedHead(row.document, row.signature), [*_LEAF.iter_unpack(row.leaves)])
            for row in self._session.exec(statement)
        ]


def _stored(row: RowMapping | dict[str, Any]) -> Stored:
    return Stored(**{**row, "kind": Kind(row["kind"])})
