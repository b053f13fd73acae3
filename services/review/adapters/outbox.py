"""The outbox in SQL, and its emptying."""

from base64 import b64decode, b64encode
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager

from sqlalchemy import Integer, bindparam
from sqlmodel import Session, col, delete, func, select, text

from services.review.tables import OutboxRow
from shared.database import Database, Prepared, insert_many
from shared.events import CloudEvent
from shared.streams import Stream

_RELAY_LOCK = 7214002
_OLDEST = Prepared(
    select(OutboxRow.id, OutboxRow.stream, OutboxRow.document)
    .order_by(col(OutboxRow.id))
    .limit(bindparam("most", type_=Integer()))
)
_FORGET = Prepared(delete(OutboxRow).where(col(OutboxRow.id) == bindparam("of_id")))
_IN_BASE64 = "base64:"
"""Begins what is no text of ours; a JSON object never begins so."""


class SqlOutbox:
    """Implements `ports.Outbox`."""

    def __init__(self, session: Session, keys: Mapping[Stream, str]) -> None:
        self._session = session
        self._keys = keys

    def put(self, events: Iterable[CloudEvent]) -> None:
        """Let events leave once the transaction is kept."""
        rows = [
            {"stream": self._keys[event.stream], "document": event.encode().decode()}
            for event in events
        ]
        insert_many(self._session, OutboxRow, rows)

    def waiting(self, limit: int) -> int:
        """How many documents wait to leave; counted up to a limit."""
        some = select(OutboxRow.id).limit(limit).subquery()
        return self._session.exec(select(func.count()).select_from(some)).one()

    def put_back(self, originals: Iterable[tuple[str, bytes]]) -> None:
        """Let bytes of any kind, given as (stream key, bytes), leave as they once came."""
        rows = [
            {"stream": stream, "document": _IN_BASE64 + b64encode(original).decode()}
            for stream, original in originals
        ]
        insert_many(self._session, OutboxRow, rows)


class OutboxDrain:
    """Hands out what waits, oldest first, and forgets it when it has left."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def backlog(self) -> int:
        """How many documents wait."""
        with self._database.read() as session:
            return session.exec(select(func.count()).select_from(OutboxRow)).one()

    @contextmanager
    def take(self, limit: int) -> Iterator[Sequence[tuple[str, bytes]]]:
        """At most `limit` documents as (key, document); forgotten unless the body fails.

        In PostgreSQL one process at a time relays, so that documents leave in order; the others
        get nothing. SQLite has one process only. Forgetting need not outlive a crash of the server:
        what it forgets to forget leaves twice, as after a crash of the relay.
        """
        if self._database.is_postgresql:
            with self._database.write() as session:
                session.connection().execute(text("SET LOCAL synchronous_commit TO off"))
                locked = text(f"SELECT pg_try_advisory_xact_lock({_RELAY_LOCK})")
                rows = (
                    list(_OLDEST.on(session, most=limit))
                    if session.connection().scalar(locked)
                    else []
                )
                yield _documents(rows)
                _forget(session, rows)
        else:
            with self._database.read() as session:
                rows = list(_OLDEST.on(session, most=limit))
                documents = _documents(rows)
            yield documents
            if rows:
                with self._database.write() as session:
                    _forget(session, rows)


def _documents(rows: Sequence[tuple[int, str, str]]) -> list[tuple[str, bytes]]:
    return [
        (
            stream,
            b64decode(document[len(_IN_BASE64) :])
            if document.startswith(_IN_BASE64)
            else document.encode(),
        )
        for _, stream, document in rows
    ]


def _forget(session: Session, rows: Sequence[tuple[int, str, str]]) -> None:
    if rows:
        _FORGET.on_each(session, [{"of_id": identity} for identity, _, _ in rows])
