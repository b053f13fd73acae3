"""Blocks in SQL."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Integer, and_, bindparam, delete, func, or_, select, update
from sqlmodel import Session, col

from services.review.domain.certificate.block import Block, End, Terms
from services.review.ports.blocks import Audit, AuditAnswer, DatedBlock
from services.review.tables import AuditAnswerRow, AuditRow, BlockRow
from shared.database import Prepared, insert_many, run

_TERMS = ("alpha", "window", "delta", "floor", "miss_rate")
_BLOCK = tuple(BlockRow.__table__.c)  # type: ignore[attr-defined]
_LAST = (
    select(col(BlockRow.lane).label("lane"), func.max(col(BlockRow.number)).label("number"))
    .where(col(BlockRow.project) == bindparam("of_project"))
    .group_by(col(BlockRow.lane))
    .subquery()
)
_NEWEST = Prepared(
    select(*_BLOCK)
    .join(_LAST, and_(col(BlockRow.lane) == _LAST.c.lane, col(BlockRow.number) == _LAST.c.number))
    .where(col(BlockRow.project) == bindparam("of_project"))
)
_STANDING = ("accepted", "checked", "found", "pending", "versions", "end")
_ANSWERS = Prepared(
    select(
        col(AuditAnswerRow.id),
        col(AuditAnswerRow.event_id),
        col(AuditAnswerRow.wrong),
        col(AuditAnswerRow.at),
    )
    .where(col(AuditAnswerRow.project) == bindparam("of_project"))
    .order_by(col(AuditAnswerRow.id))
    .limit(bindparam("at_most", type_=Integer()))
)
_TAKEN = delete(AuditAnswerRow).where(
    col(AuditAnswerRow.id).in_(bindparam("of_answers", expanding=True))
)
_AUDITS = select(*AuditRow.__table__.c).where(  # type: ignore[attr-defined]
    col(AuditRow.project) == bindparam("of_project"),
    col(AuditRow.event_id).in_(bindparam("of_events", expanding=True)),
)
_SETTLE = Prepared(
    update(AuditRow)
    .where(
        col(AuditRow.project) == bindparam("of_project"),
        col(AuditRow.event_id) == bindparam("of_event"),
    )
    .values(wrong=bindparam("now_wrong"), answers=bindparam("now_answers"))
)
"""Each batch asks for these: built once."""


class SqlBlocks:
    """Implements `ports.Blocks`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def newest(self, project: str) -> Mapping[str, Block]:
        """The newest block of each lane that has one."""
        rows = _NEWEST.on(self._session, of_project=project)
        return {row.lane: _block(row) for row in rows}

    def some(self, project: str, which: Collection[tuple[str, int]]) -> Mapping[str, list[Block]]:
        """Blocks by lane and number."""
        found: dict[str, list[Block]] = {}
        if which:
            chosen = [
                and_(col(BlockRow.lane) == lane, col(BlockRow.number) == number)
                for lane, number in which
            ]
            ours = select(*_BLOCK).where(col(BlockRow.project) == project, or_(*chosen))
            for row in run(self._session, ours):
                found.setdefault(row.lane, []).append(_block(row))
        return found

    def page(
        self, project: str, limit: int, before: int | None
    ) -> Sequence[tuple[int, DatedBlock]]:
        """Blocks with their places, newest first, of those before a place."""
        statement = select(*_BLOCK).where(col(BlockRow.project) == project)
        if before is not None:
            statement = statement.where(col(BlockRow.id) < before)
        rows = run(self._session, statement.order_by(col(BlockRow.id).desc()).limit(limit))
        return [
            (row.id, DatedBlock(row.lane, _block(row), row.began_at, row.ended_at)) for row in rows
        ]

    def put(self, project: str, lane: str, block: Block, now: datetime) -> None:
        """Keep a block as it is now."""
        standing: dict[str, object] = {
            "accepted": block.accepted,
            "checked": block.checked,
            "found": block.found,
            "pending": block.pending,
            "versions": " ".join(map(str, block.versions)),
            "end": block.end.value if block.end else None,
        }
        which = {"of_project": project, "of_lane": lane, "of_number": block.number}
        now_standing = {f"now_{name}": value for name, value in standing.items()}
        ended = {"now_ended": now} if block.end else {}
        keep = _keep(has_ended=block.end is not None)
        if not keep.on(self._session, **which, **now_standing, **ended).rowcount:
            terms = {name: getattr(block.terms, name) for name in _TERMS}
            named = {"project": project, "lane": lane, "number": block.number, "began_at": now}
            times = {"ended_at": now if block.end else None}
            insert_many(self._session, BlockRow, [named | terms | standing | times])

    def drawn(self, project: str, audits: Sequence[Audit]) -> None:
        """Keep audits that were drawn."""
        rows = [
            {
                "project": project,
                "event_id": audit.event_id,
                "lane": audit.lane,
                "number": audit.block,
                "wrong": audit.wrong,
                "answers": audit.answers,
            }
            for audit in audits
        ]
        insert_many(self._session, AuditRow, rows)

    def audits(self, project: str, event_ids: Collection[str]) -> Mapping[str, Audit]:
        """Those of these events that are audits and count."""
        rows = run(self._session, _AUDITS, of_project=project, of_events=list(event_ids))
        return {
            row.event_id: Audit(row.event_id, row.lane, row.number, row.wrong, row.answers)
            for row in rows
        }

    def settle(self, project: str, audit: Audit) -> None:
        """Keep what the block now knows of an audit."""
        which = {"of_project": project, "of_event": audit.event_id}
        _SETTLE.on(self._session, **which, now_wrong=audit.wrong, now_answers=audit.answers)

    def answer(self, project: str, answer: AuditAnswer) -> None:
        """Leave an answer for who routes next."""
        row = {
            "project": project,
            "event_id": answer.event_id,
            "wrong": answer.wrong,
            "at": answer.at,
        }
        insert_many(self._session, AuditAnswerRow, [row])

    def take_answers(self, project: str, limit: int) -> Sequence[AuditAnswer]:
        """Take the oldest answers that were left."""
        rows = list(_ANSWERS.on(self._session, of_project=project, at_most=limit))
        if rows:
            run(self._session, _TAKEN, of_answers=[row.id for row in rows])
        return [AuditAnswer(row.event_id, row.wrong, row.at) for row in rows]


@cache
def _keep(*, has_ended: bool) -> Prepared:
    """A block that has ended keeps the moment of it."""
    moment = BlockRow.__table__.c.ended_at.type  # type: ignore[attr-defined]
    first = func.coalesce(col(BlockRow.ended_at), bindparam("now_ended", type_=moment))
    return Prepared(
        update(BlockRow)
        .where(
            col(BlockRow.project) == bindparam("of_project"),
            col(BlockRow.lane) == bindparam("of_lane"),
            col(BlockRow.number) == bindparam("of_number"),
        )
        .values({name: bindparam(f"now_{name}") for name in _STANDING})
        .values(ended_at=first if has_ended else None)
    )


def _block(row: Any) -> Block:  # noqa: ANN401 - a row of any shape
    return Block(
        number=row.number,
        terms=Terms(**{name: getattr(row, name) for name in _TERMS}),
        accepted=row.accepted,
        checked=row.checked,
        found=row.found,
        pending=row.pending,
        end=End(row.end) if row.end else None,
        versions=tuple(map(int, row.versions.split())),
    )
