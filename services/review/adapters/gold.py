"""Gold in SQL."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, case, exists, func, select, update
from sqlalchemy import insert as insert_into
from sqlmodel import Session, col

from services.review.domain.gold import Gold, NewGold, Purpose, Score, Showing
from services.review.tables import GoldAnswerRow, GoldRow, ItemRow, LeaseRow, ThroughRow
from shared.database import run

_FIELDS = ("id", "project", "event_id", "label", "explanation", "added_by", "at", "active")
_GOLD = tuple(getattr(GoldRow, name) for name in _FIELDS)
_TURN = tuple(
    getattr(GoldAnswerRow, name).label(f"turn_{name}")
    for name in ("id", "reviewer", "purpose", "item_id", "label", "decided", "at", "lease_id")
)


class SqlGoldItems:
    """Implements `ports.GoldItems`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def mark(self, new: NewGold) -> Gold:
        """Make an event gold, or replace its answer; it is active."""
        values = {
            "label": new.label,
            "explanation": new.explanation,
            "added_by": new.added_by,
            "at": new.at,
            "active": True,
        }
        which = {"project": new.project, "event_id": new.event_id}
        changed = run(
            self._session, update(GoldRow).where(*_event(new.project, new.event_id)).values(values)
        )
        if not changed.rowcount:
            run(self._session, insert_into(GoldRow).values(which | values))
        row = run(self._session, select(*_GOLD).where(*_event(new.project, new.event_id))).one()
        return _gold(row)

    def retire(self, project: str, event_id: str) -> bool:
        """Give an event to nobody any more. False if it is not gold."""
        which = (*_event(project, event_id), col(GoldRow.active).is_(True))
        return run(self._session, update(GoldRow).where(*which).values(active=False)).rowcount == 1

    def page(self, project: str, limit: int, before: int | None) -> Sequence[Gold]:
        """Gold, newest first, older than `before`."""
        statement = select(*_GOLD).where(col(GoldRow.project) == project)
        if before is not None:
            statement = statement.where(col(GoldRow.id) < before)
        return [
            _gold(row)
            for row in run(self._session, statement.order_by(col(GoldRow.id).desc()).limit(limit))
        ]

    def fresh(self, project: str, reviewer: str, limit: int) -> Sequence[Gold]:
        """Gold for a person who neither held nor practised the event, had its copy or marked it."""
        had = exists().where(
            col(GoldAnswerRow.gold_id) == col(GoldRow.id), col(GoldAnswerRow.reviewer) == reviewer
        )
        held = exists().where(
            col(LeaseRow.item_id) == col(ItemRow.id), col(LeaseRow.holder) == reviewer
        )
        through = exists().where(
            col(ThroughRow.item_id) == col(ItemRow.id), col(ThroughRow.reviewer) == reviewer
        )
        rows = run(
            self._session,
            select(*_GOLD)
            .join(ItemRow, _same_event())
            .where(
                col(GoldRow.project) == project,
                col(GoldRow.active).is_(True),
                col(GoldRow.added_by) != reviewer,
                col(ItemRow.settled).is_(True),
                col(ItemRow.label) == col(GoldRow.label),
                ~had,
                ~held,
                ~through,
            )
            .order_by(col(GoldRow.id))
            .limit(limit),
        )
        return [_gold(row) for row in rows]

    def show(
        self, gold: Gold, reviewer: str, purpose: Purpose, item_id: int | None, now: datetime
    ) -> Showing:
        """Note that a person is given a gold item."""
        made = run(
            self._session,
            insert_into(GoldAnswerRow)
            .values(
                gold_id=gold.id,
                project=gold.project,
                reviewer=reviewer,
                purpose=purpose.value,
                item_id=item_id,
                shown_at=now,
                decided=False,
            )
            .returning(col(GoldAnswerRow.id)),
        ).scalar_one()
        return Showing(made, gold, reviewer, purpose, item_id)

    def get(self, showing_id: int) -> Showing | None:
        """One turn."""
        return self._turn(col(GoldAnswerRow.id) == showing_id)

    def of_item(self, item_id: int) -> Showing | None:
        """The turn to which a copy belongs."""
        return self._turn(col(GoldAnswerRow.item_id) == item_id)

    def open(self, project: str, reviewer: str, purpose: Purpose) -> Showing | None:
        """A turn without an answer that was not passed on, the oldest."""
        passed_on = exists().where(
            col(ThroughRow.item_id) == col(GoldAnswerRow.item_id),
            col(ThroughRow.reviewer) == reviewer,
        )
        return self._turn(
            *_person(project, reviewer),
            col(GoldAnswerRow.purpose) == purpose.value,
            col(GoldAnswerRow.at).is_(None),
            ~passed_on,
        )

    def given(self, project: str, reviewer: str) -> int:
        """How many turns a person had."""
        counted = select(func.count()).where(*_person(project, reviewer))
        return int(run(self._session, counted).scalar_one())

    def keep(self, turn: Showing) -> None:
        """Keep what was answered, and what was told; or that it was taken back."""
        values = {
            "label": turn.label,
            "decided": turn.decided,
            "at": turn.at,
            "lease_id": turn.lease_id,
        }
        which = col(GoldAnswerRow.id) == turn.id
        run(self._session, update(GoldAnswerRow).where(which).values(values))

    def newest(
        self, project: str, reviewer: str, purpose: Purpose, since: datetime | None, limit: int
    ) -> Sequence[bool]:
        """Whether the newest answers, since a moment, were right; newest first."""
        answered = col(GoldAnswerRow.at)
        after = answered.is_not(None) if since is None else answered > since
        rows = run(
            self._session,
            select((col(GoldAnswerRow.label) == col(GoldRow.label)).label("is_right"))
            .join(GoldRow, col(GoldRow.id) == col(GoldAnswerRow.gold_id))
            .where(*_person(project, reviewer), col(GoldAnswerRow.purpose) == purpose.value, after)
            .order_by(answered.desc(), col(GoldAnswerRow.id).desc())
            .limit(limit),
        )
        return [bool(row.is_right) for row in rows]

    def scores(self, project: str) -> Mapping[str, Score]:
        """How everybody did, in exams too."""
        right = func.sum(case((col(GoldAnswerRow.label) == col(GoldRow.label), 1), else_=0))
        rows = run(
            self._session,
            select(col(GoldAnswerRow.reviewer), func.count().label("seen"), right.label("right"))
            .join(GoldRow, col(GoldRow.id) == col(GoldAnswerRow.gold_id))
            .where(col(GoldAnswerRow.project) == project, col(GoldAnswerRow.at).is_not(None))
            .group_by(col(GoldAnswerRow.reviewer)),
        )
        return {row.reviewer: Score(row.seen, int(row.right)) for row in rows}

    def _turn(self, *which: ColumnElement[bool]) -> Showing | None:
        row = run(
            self._session,
            select(*_GOLD, *_TURN)
            .join(GoldAnswerRow, col(GoldAnswerRow.gold_id) == col(GoldRow.id))
            .where(*which)
            .order_by(col(GoldAnswerRow.id))
            .limit(1),
        ).first()
        if row is None:
            return None
        return Showing(
            row.turn_id,
            _gold(row),
            row.turn_reviewer,
            Purpose(row.turn_purpose),
            row.turn_item_id,
            row.turn_label,
            row.turn_decided,
            row.turn_at,
            row.turn_lease_id,
        )


def _event(project: str, event_id: str) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return col(GoldRow.project) == project, col(GoldRow.event_id) == event_id


def _same_event() -> ColumnElement[bool]:
    return and_(
        col(ItemRow.project) == col(GoldRow.project), col(ItemRow.event_id) == col(GoldRow.event_id)
    )


def _person(project: str, reviewer: str) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return col(GoldAnswerRow.project) == project, col(GoldAnswerRow.reviewer) == reviewer


def _gold(row: Any) -> Gold:  # noqa: ANN401 - a row of any shape
    return Gold(**{name: getattr(row, name) for name in _FIELDS})
