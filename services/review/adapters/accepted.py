"""Accepted events in SQL: a row each from the answer 202 until the event is routed."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from sqlalchemy import bindparam, update
from sqlmodel import Session, col, delete, func, select

from services.review.domain.reconciling import UNROUTED_AFTER, Waiting, pause_after
from services.review.tables import AcceptedRow, OutboxRow
from shared.database import insert_many, insert_new, run
from shared.events import CATALOGUE, CloudEvent, EventType
from shared.streams import Keyspace

_AT_ONCE = 500
_MOST_COUNTED = 10_000
_ROUTED = delete(AcceptedRow).where(
    col(AcceptedRow.project) == bindparam("of_project"),
    col(AcceptedRow.event_id).in_(bindparam("of_events", expanding=True)),
)


class SqlAccepted:
    """Implements `ports.Accepted`."""

    def __init__(self, session: Session, keys: Keyspace) -> None:
        self._session = session
        self._keys = keys

    def add(self, events: Sequence[CloudEvent], now: datetime) -> None:
        """Remember events; one that waits already stays as it is.

        Sorted, so that two senders of the same events cannot wait for each other.
        """
        rows: list[dict[str, object]] = [
            {
                "project": event.project,
                "event_id": event.subject,
                "type": event.type.value,
                "document": event.encode().decode(),
                "at": now,
                "tries": 0,
                "due_at": now + UNROUTED_AFTER,
            }
            for event in sorted(events, key=lambda event: event.subject)
        ]
        insert_new(self._session, AcceptedRow, rows)

    def routed(self, project: str, event_ids: Collection[str]) -> None:
        """Forget events of all types: they were routed, or refused."""
        run(self._session, _ROUTED, of_project=project, of_events=list(event_ids))

    def counts(self, before: datetime) -> Mapping[str, int]:
        """How many wait since before, by project; at most 10,000 are counted."""
        some = (
            select(AcceptedRow.project)
            .where(AcceptedRow.at <= before)
            .order_by(col(AcceptedRow.at))
            .limit(_MOST_COUNTED)
            .subquery()
        )
        counted = select(some.c.project, func.count()).group_by(some.c.project)
        return {project: count for project, count in self._session.exec(counted)}  # noqa: C416

    def due(self, kind: EventType, before: datetime, now: datetime) -> Sequence[Waiting]:
        """At most 500 that wait since before and are to be sent again, the oldest first."""
        rows = self._session.exec(
            select(AcceptedRow)
            .where(
                AcceptedRow.at <= before,
                AcceptedRow.due_at <= now,
                AcceptedRow.type == kind.value,
            )
            .order_by(col(AcceptedRow.at))
            .limit(_AT_ONCE)
        )
        return [
            Waiting(row.project, row.event_id, row.type, row.document, row.tries) for row in rows
        ]

    def hasten(self, now: datetime) -> None:
        """Let all that wait be due now."""
        statement = update(AcceptedRow).where(col(AcceptedRow.due_at) > now).values(due_at=now)
        self._session.connection().execute(statement)

    def sent_again(self, events: Sequence[Waiting], now: datetime) -> None:
        """Put their documents into the outbox, and wait longer than the last time."""
        if not events:
            return
        leaving = [
            {
                "stream": self._keys.of(CATALOGUE[EventType(e.type)][0], e.event_id),
                "document": e.document,
            }
            for e in events
        ]
        insert_many(self._session, OutboxRow, leaving)
        statement = (
            update(AcceptedRow)
            .where(
                col(AcceptedRow.project) == bindparam("of_project"),
                col(AcceptedRow.event_id) == bindparam("of_event"),
                col(AcceptedRow.type) == bindparam("of_type"),
            )
            .values(tries=bindparam("tries_now"), due_at=bindparam("due_now"))
        )
        changes = [
            {
                "of_project": e.project,
                "of_event": e.event_id,
                "of_type": e.type,
                "tries_now": e.tries + 1,
                "due_now": now + pause_after(e.tries + 1, UNROUTED_AFTER),
            }
            for e in events
        ]
        self._session.connection().execute(statement, changes)
