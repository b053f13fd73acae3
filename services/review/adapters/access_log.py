"""The access log in SQL."""

import json
from collections.abc import Sequence

from sqlmodel import Session, col, select

from services.review.domain.people import AccessEntry, Act, NewAccessEntry
from services.review.tables import AccessLogRow


class SqlAccessLog:
    """Implements `ports.AccessLog`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def append(self, entry: NewAccessEntry) -> None:
        """Record one act."""
        self._session.add(
            AccessLogRow(
                at=entry.at,
                actor=entry.actor,
                act=entry.act.value,
                subject=entry.subject,
                detail=json.dumps(dict(entry.detail)),
            )
        )

    def page(self, limit: int, before: int | None) -> Sequence[AccessEntry]:
        """Entries, newest first, older than `before`."""
        statement = select(AccessLogRow).order_by(col(AccessLogRow.id).desc()).limit(limit)
        if before is not None:
            statement = statement.where(col(AccessLogRow.id) < before)
        return [_entry(row) for row in self._session.exec(statement)]


def _entry(row: AccessLogRow) -> AccessEntry:
    return AccessEntry(
        at=row.at,
        actor=row.actor,
        act=Act(row.act),
        subject=row.subject,
        detail=json.loads(row.detail),
        id=row.id or 0,
    )
