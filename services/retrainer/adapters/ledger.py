"""The training ledger in SQL."""

from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import BigInteger, Integer, String, bindparam
from sqlmodel import Session, col, func, insert, select

from services.retrainer.domain.erasing import blanked
from services.retrainer.domain.ledger import Entry, Kind, NewEntry, Span
from services.retrainer.tables import LedgerRow

_END = 2**63 - 1
_WITHIN = (
    LedgerRow.project == bindparam("project", type_=String()),
    col(LedgerRow.position) > bindparam("after", type_=BigInteger()),
    col(LedgerRow.position) <= bindparam("until", type_=BigInteger()),
)
# Statements that are asked for every version are made once: making takes longer than running them.
_PROJECTS = (
    select(LedgerRow.project)
    .where(LedgerRow.kind == Kind.PROJECT.value)
    .distinct()
    .order_by(LedgerRow.project)
)
_AFTER = (
    select(LedgerRow)
    .where(*_WITHIN)
    .order_by(col(LedgerRow.position))
    .limit(bindparam("most", type_=Integer()))
)
_SPAN = (
    select(LedgerRow.kind, func.count(), func.max(LedgerRow.sequence), func.min(LedgerRow.at))
    .where(*_WITHIN)
    .group_by(LedgerRow.kind)
)


class SqlLedger:
    """Implements `ports.Ledger`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def append(self, entries: Sequence[NewEntry]) -> None:
        """Record entries, in order, in one statement."""
        if entries:
            rows = [
                {
                    "project": entry.project,
                    "kind": entry.kind.value,
                    "identity": entry.identity,
                    "sequence": entry.sequence,
                    "body": entry.body,
                    "at": entry.at,
                }
                for entry in entries
            ]
            self._session.connection().execute(insert(LedgerRow), rows)

    def known(
        self, project: str, identities: Collection[str], kind: Kind = Kind.CORRECTION
    ) -> Mapping[str, str]:
        """The bodies of those entries of a kind that are recorded already."""
        statement = select(LedgerRow.identity, LedgerRow.body).where(
            LedgerRow.kind == kind.value,
            LedgerRow.project == project,
            col(LedgerRow.identity).in_(list(identities)),
        )
        return {identity: body for identity, body in self._session.exec(statement)}  # noqa: C416

    def projects(self) -> Sequence[str]:
        """The projects that have a file, by name."""
        return self._session.exec(_PROJECTS).all()

    def configuration(self, project: str, until: int | None = None) -> Entry | None:
        """The project file in force, or that in force at a position."""
        statement = (
            select(LedgerRow)
            .where(LedgerRow.kind == Kind.PROJECT.value, LedgerRow.project == project)
            .order_by(col(LedgerRow.position).desc())
            .limit(1)
        )
        if until is not None:
            statement = statement.where(col(LedgerRow.position) <= until)
        row = self._session.exec(statement).first()
        return _entry(row) if row else None

    def after(
        self, project: str, position: int, limit: int, until: int | None = None
    ) -> Sequence[Entry]:
        """The next entries of a project after a position, at most up to `until`."""
        last = _END if until is None else until
        asked = {"project": project, "after": position, "until": last, "most": limit}
        return [_entry(row) for row in self._session.exec(_AFTER, params=asked)]

    def newest(self, project: str, position: int, limit: int) -> Sequence[Entry]:
        """The newest corrections of a project after a position, oldest first."""
        statement = (
            select(LedgerRow)
            .where(
                LedgerRow.project == project,
                LedgerRow.kind == Kind.CORRECTION.value,
                col(LedgerRow.position) > position,
            )
            .order_by(col(LedgerRow.position).desc())
            .limit(limit)
        )
        return [_entry(row) for row in self._session.exec(statement)][::-1]

    def backlog(self, project: str, position: int) -> int:
        """How many entries of a project lie after a position."""
        statement = (
            select(func.count())
            .select_from(LedgerRow)
            .where(LedgerRow.project == project, col(LedgerRow.position) > position)
        )
        return self._session.exec(statement).one()

    def end(self, project: str) -> int:
        """The position of a project's last entry; 0 if it has none."""
        statement = select(func.max(LedgerRow.position)).where(LedgerRow.project == project)
        return self._session.exec(statement).one() or 0

    def blank(self, project: str, event_id: str) -> int:
        """Take out of corrections of an event what describes it; how many were changed."""
        of_event = col(LedgerRow.identity).startswith(f"{project}/{event_id}/", autoescape=True)
        chosen = select(LedgerRow).where(
            LedgerRow.project == project, LedgerRow.kind == Kind.CORRECTION.value, of_event
        )
        changed = 0
        for row in self._session.exec(chosen).all():
            blank = blanked(row.body, event_id)
            if blank is not None:
                row.body, changed = blank, changed + 1
        self._session.flush()
        return changed

    def span(self, project: str, after: int, until: int) -> Span:
        """What the corrections of a stretch amount to."""
        asked = {"project": project, "after": after, "until": until}
        found = {
            kind: (count, sequence, oldest_at)
            for kind, count, sequence, oldest_at in self._session.exec(_SPAN, params=asked)
        }
        count, sequence, oldest_at = found.get(Kind.CORRECTION.value, (0, 0, None))
        refits, erasures = (
            found.get(kind.value, (0, 0, None))[0] for kind in (Kind.REFIT, Kind.ERASURE)
        )
        return Span(count, sequence, oldest_at, refits, erasures)


def _entry(row: LedgerRow) -> Entry:
    assert row.position is not None  # noqa: S101 - it was read from the table
    return Entry(row.position, Kind(row.kind), row.identity, row.sequence, row.body)
