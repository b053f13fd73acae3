"""Erasing in SQL, in the streams, and in the database's files."""

import json
from collections.abc import Collection
from typing import Any

from redis.exceptions import RedisError
from sqlalchemy import bindparam, delete, literal, or_, select, update
from sqlmodel import Session, col, func

from services.review.domain.erasing import is_about
from services.review.domain.seals import Stored
from services.review.tables import (
    AcceptedRow,
    DeadLetterRow,
    DraftRow,
    GoldRow,
    ItemRow,
    LedgerRow,
    OutboxRow,
    ThroughRow,
    VoteRow,
)
from shared.clusters import server_of
from shared.connecting import connect_blocking
from shared.database import Database, run
from shared.errors import Unavailable
from shared.messaging.reasons import reason
from shared.streams import FIELD, TO_ALL, Keyspace

_AT_ONCE = 100
_TABLES = (LedgerRow, VoteRow, ThroughRow, DraftRow, GoldRow, DeadLetterRow, AcceptedRow, OutboxRow)
_BLANK = (
    update(LedgerRow)
    .where(col(LedgerRow.sequence) == bindparam("place"))
    .values(body=bindparam("rest"), salt="", erased=bindparam("commitment"))
)


class SqlErasing:
    """Implements `ports.Erasing`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def blank(self, entry: Stored, rest: str, commitment: str) -> None:
        """Keep of an entry what is not personal, and the commitment to what was."""
        run(self._session, _BLANK, place=entry.sequence, rest=rest, commitment=commitment)

    def forget(self, project: str, event_ids: Collection[str]) -> int:
        """Erase what was said and kept of events beside the ledger; how many dead letters."""
        ids = sorted(event_ids)
        items = select(col(ItemRow.id)).where(
            col(ItemRow.project) == project, col(ItemRow.event_id).in_(ids)
        )
        gold = col(GoldRow.project) == project, col(GoldRow.event_id).in_(ids)
        accepted = col(AcceptedRow.project) == project, col(AcceptedRow.event_id).in_(ids)
        for statement in (
            update(VoteRow).where(col(VoteRow.item_id).in_(items)).values(comment=None),
            update(ThroughRow).where(col(ThroughRow.item_id).in_(items)).values(reason=None),
            delete(DraftRow).where(col(DraftRow.item_id).in_(items)),
            update(GoldRow).where(*gold).values(explanation=None, active=False),
            delete(AcceptedRow).where(*accepted),
        ):
            run(self._session, statement)
        return sum(self._delete_letters(project, event_id) for event_id in ids)

    def _delete_letters(self, project: str, event_id: str) -> int:
        said = {event_id, json.dumps(event_id)[1:-1]}  # both are how JSON may write it
        held = or_(*(_holds(self._session, col(DeadLetterRow.original), text) for text in said))
        letters = select(col(DeadLetterRow.id), col(DeadLetterRow.original)).where(held)
        rows = run(self._session, letters)
        about = [row.id for row in rows if is_about(bytes(row.original), project, [event_id])]
        run(self._session, delete(DeadLetterRow).where(col(DeadLetterRow.id).in_(about)))
        return len(about)


class Leftovers:
    """Implements `ports.Remains`."""

    def __init__(self, database: Database, url: str, keys: Keyspace) -> None:
        self._database = database
        self._redis: Any = connect_blocking(url)
        self._keys = keys

    def remove(self, project: str, event_ids: Collection[str]) -> int:
        """Take documents about events out of the streams; how many.

        Redis' append-only file forgets them when it is rewritten, which is asked for here; a user
        who may not ask for it leaves that to Redis.
        """
        try:
            removed = sum(
                self._remove_from(key, project, event_ids)
                for stream, key in self._keys.everything()
                if stream not in TO_ALL
            )
        except (RedisError, OSError) as error:
            raise Unavailable(
                f"erased in the database, not in the streams: Redis does not answer "
                f"({reason(error)}); ask for the same again"
            ) from error
        self._rewrite()
        return removed

    def scrub(self) -> None:
        """Let the database's files hold no traces of what was deleted."""
        self._database.scrub([table.__tablename__ for table in _TABLES])

    def close(self) -> None:
        """Give the connections back."""
        self._redis.close()

    def _remove_from(self, key: str, project: str, event_ids: Collection[str]) -> int:
        place, removed = "-", 0
        while entries := self._redis.xrange(key, place, count=_AT_ONCE):
            about = [
                entry
                for entry, fields in entries
                if is_about(fields.get(FIELD, b""), project, event_ids)
            ]
            if about:
                removed += self._redis.xdel(key, *about)
            place = f"({entries[-1][0].decode()}"
        return removed

    def _rewrite(self) -> None:
        for number in self._keys.numbers:
            try:
                with server_of(self._redis, self._keys.marker(number)) as redis:
                    redis.bgrewriteaof()
            except (RedisError, OSError):
                continue  # not allowed, or under way: it comes by itself


def _holds(session: Session, column: Any, text: str) -> Any:  # noqa: ANN401 - SQL expressions
    """Whether bytes hold a text, as the database can tell."""
    sought = literal(text.encode())
    if session.get_bind().dialect.name == "postgresql":
        return func.position(sought.op("IN")(column)) > 0
    return func.instr(column, sought) > 0
