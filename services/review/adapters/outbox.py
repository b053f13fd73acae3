"""The outbox in SQL, and its emptying."""

from base64 import b64decode, b64encode
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from sqlalchemy import Integer, bindparam
from sqlmodel import Session, col, delete, func, select, text

from services.review.ports import Leaving
from services.review.tables import OutboxRow
from shared.database import Database, Prepared, insert_many, run
from shared.streams import Keyspace

_RELAY_LOCK = 7214002
_WAITING = select(OutboxRow.id, OutboxRow.stream, OutboxRow.document).order_by(col(OutboxRow.id))
_OLDEST = Prepared(_WAITING.limit(bindparam("most", type_=Integer())))
_FORGET = Prepared(delete(OutboxRow).where(col(OutboxRow.id) == bindparam("of_id")))
_IN_BASE64 = "base64:"
"""Begins what is no text of ours; a JSON object never begins so."""


class SqlOutbox:
    """Implements `ports.Outbox`."""

    def __init__(self, session: Session, keys: Keyspace) -> None:
        self._session = session
        self._keys = keys

    def put(self, events: Iterable[Leaving]) -> None:
        """Let events leave once the transaction is kept."""
        rows = [
            {
                "stream": self._keys.of(event.stream, event.subject),
                "document": event.encode().decode(),
            }
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


@dataclass(slots=True)
class Taken:
    """What is about to leave.

    Attributes:
        documents: oldest first, as (key, document).
        staying: keys whose documents could not leave; they are kept, and taken again.
    """

    documents: Sequence[tuple[str, bytes]]
    staying: set[str] = field(default_factory=set)


class OutboxDrain:
    """Hands out what waits, oldest first, and forgets it when it has left."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def when_filled(self, act: Callable[[], None]) -> None:
        """Call this, once, as soon as what this thread has put in can be taken out."""
        self._database.when_durable(act)

    def backlog(self) -> int:
        """How many documents wait."""
        with self._database.read() as session:
            return session.exec(select(func.count()).select_from(OutboxRow)).one()

    @contextmanager
    def take(self, limit: int, without: Collection[str] = ()) -> Iterator["Taken"]:
        """At most `limit` documents of all keys but some; forgotten unless the body fails.

        In PostgreSQL one process at a time relays, so that documents leave in order; the others
        get nothing. SQLite has one process only. Forgetting need not outlive a crash of the server:
        what it forgets to forget leaves twice, as after a crash of the relay.
        """
        if self._database.is_postgresql:
            with self._database.write() as session:
                session.connection().execute(text("SET LOCAL synchronous_commit TO off"))
                locked = text(f"SELECT pg_try_advisory_xact_lock({_RELAY_LOCK})")
                mine = session.connection().scalar(locked)
                rows = _oldest(session, limit, without) if mine else []
                taken = Taken(_documents(rows))
                yield taken
                _forget(session, rows, taken.staying)
        else:
            with self._database.read() as session:
                rows = _oldest(session, limit, without)
                taken = Taken(_documents(rows))
            yield taken
            if rows:
                with self._database.write() as session:
                    _forget(session, rows, taken.staying)


def _oldest(
    session: Session, limit: int, without: Collection[str]
) -> Sequence[tuple[int, str, str]]:
    """What waits longest; some keys are left out only while their partition is away."""
    if not without:
        return list(_OLDEST.on(session, most=limit))
    others = _WAITING.where(col(OutboxRow.stream).not_in(sorted(without))).limit(limit)
    return [(row.id, row.stream, row.document) for row in run(session, others)]


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


def _forget(
    session: Session, rows: Sequence[tuple[int, str, str]], staying: Collection[str]
) -> None:
    left = [{"of_id": identity} for identity, stream, _ in rows if stream not in staying]
    if left:
        _FORGET.on_each(session, left)
