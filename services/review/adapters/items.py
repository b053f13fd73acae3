"""Items in SQL: what is open changes by guarded UPDATEs only."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Label,
    Select,
    Update,
    bindparam,
    delete,
    exists,
    func,
    insert,
    literal,
    or_,
    select,
    text,
    update,
)
from sqlmodel import Session, col

from services.review.adapters import statements
from services.review.adapters.moments import epoch
from services.review.domain.queue import Item, NewItem, QueueState, Stage
from services.review.tables import NOWHERE, ItemRow, SlotRow
from shared.database import insert_many, run
from shared.events import RouteReason

_OPEN = text("NOT review_items.settled")
"""As the partial indices have it, or they would not be used."""
_DUE = text("NOT review_items.settled AND NOT late AND review_items.deadline IS NOT NULL")
_SHARED = ("queue", "reason", "received_at", "deadline", "predicted", "doubt", "novelty", "rank")
"""What a slot repeats of its item."""
_REASONS = {reason.value: reason for reason in RouteReason}
_STAGES = {stage.value: stage for stage in Stage}
_PLACED = select(col(ItemRow.id), col(ItemRow.project), col(ItemRow.event_id)).where(
    col(ItemRow.project).in_(bindparam("of_projects", expanding=True)),
    col(ItemRow.event_id).in_(bindparam("of_events", expanding=True)),
)
_ADD_SLOTS = insert(SlotRow).from_select(
    ["item_id", *_SHARED, "token"],
    select(col(ItemRow.id), *(getattr(ItemRow, name) for name in _SHARED), literal(0))
    .where(col(ItemRow.id).in_(bindparam("of_items", expanding=True)))
    .order_by(col(ItemRow.id)),
)
"""Each batch that is routed says these: built once."""


class SqlItems:
    """Implements `ports.Items`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, items: Sequence[NewItem]) -> None:
        """Let events wait for people."""
        if not items:
            return
        insert_many(self._session, ItemRow, [_row(item) for item in items])
        slots = {(item.project, item.event_id): item.slots for item in items}
        projects = list({item.project for item in items})
        events = [item.event_id for item in items]
        found = run(self._session, _PLACED, of_projects=projects, of_events=events).all()
        for number in range(max(slots.values())):
            wanted = [row.id for row in found if slots.get((row.project, row.event_id), 0) > number]
            self._add_slots(wanted)

    def get(self, item_id: int) -> Item | None:
        """One item."""
        row = statements.ITEM.on(self._session, of_item=item_id).first()
        return item_of(row) if row else None

    def of_event(self, project: str, event_id: str) -> Item | None:
        """The item of an event, if people ever had to do with it."""
        return self._one(
            select(*statements.ITEM_COLUMNS).where(
                col(ItemRow.project) == project, col(ItemRow.event_id) == event_id
            )
        )

    def lock(self, item_id: int) -> Item:
        """An item as it is now; nobody else changes it until the transaction ends.

        Rows that refer to it may come meanwhile: a claim holds a slot when it writes its lease, and
        would wait here for who waits for that slot.
        """
        found = self._one(
            select(*statements.ITEM_COLUMNS)
            .where(col(ItemRow.id) == item_id)
            .with_for_update(key_share=True)
        )
        assert found is not None  # noqa: S101 - items are never deleted
        return found

    def count_vote(self, item_id: int) -> Item | None:
        """Number one more vote, and keep others from doing so. None if the item is settled."""
        row = statements.COUNT_VOTE.on(self._session, of_item=item_id).first()
        return item_of(row) if row else None

    def settle(self, item_id: int, label: str | None, decisions: int) -> None:
        """Take an item out of its queue, with all its slots; whoever holds one has lost it."""
        statements.SETTLE.on(self._session, of_item=item_id, decided=label, revision=decisions)
        statements.DROP_SLOTS.on(self._session, of_item=item_id)

    def move(self, item_id: int, queue: str, stage: Stage, slots: int) -> None:
        """Let a waiting item wait elsewhere; who holds it may answer, but is not followed.

        Who began to hold it where it waits now is followed again. Free slots are taken out of
        their queue too before they are dropped: nobody may claim one in between.
        """
        self._change(item_id, queue=queue, stage=stage.value)
        statements.MOVE_SLOTS.on(self._session, of_item=item_id, of_queue=queue)
        self.offer(item_id, slots)

    def offer(self, item_id: int, slots: int) -> None:
        """Have an item offer so many slots in its queue: free ones come or go, held ones stay."""
        run(self._session, delete(SlotRow).where(col(SlotRow.item_id) == item_id, statements.FREE))
        held = run(
            self._session,
            select(func.count()).where(
                col(SlotRow.item_id) == item_id, col(SlotRow.queue) != NOWHERE
            ),
        ).scalar_one()
        for _ in range(slots - held):
            self._add_slots([item_id])

    def reopen(
        self, item_id: int, queue: str, stage: Stage, slots: int, *, anew: bool = False
    ) -> None:
        """Let a settled item wait again; `anew`: earlier votes do not count."""
        statements.DROP_SLOTS.on(self._session, of_item=item_id)
        self._change(
            item_id,
            settled=False,
            queue=queue,
            stage=stage.value,
            round=col(ItemRow.round) + int(anew),
        )
        for _ in range(slots):
            self._add_slots([item_id])

    def due(self, now: datetime, limit: int) -> Sequence[Item]:
        """Waiting items whose deadline has passed and that nobody has seen to."""
        rows = run(
            self._session,
            select(*statements.ITEM_COLUMNS)
            .where(_DUE, col(ItemRow.deadline) <= now)
            .order_by(col(ItemRow.deadline))
            .limit(limit),
        )
        return [item_of(row) for row in rows]

    def undecided(self, project: str) -> int:
        """How many items of a project's own queue wait without any decision."""
        waiting = (col(ItemRow.queue) == project, _OPEN, col(ItemRow.decisions) == 0)
        counted = select(func.count()).select_from(ItemRow).where(*waiting)
        return int(run(self._session, counted).scalar_one())

    def surplus(self, project: str, spared: Collection[RouteReason], limit: int) -> Sequence[Item]:
        """Those of them that nobody holds, has answered or has seen to, the newest first."""
        held = exists().where(col(SlotRow.item_id) == col(ItemRow.id), statements.LEASED)
        rows = run(
            self._session,
            select(*statements.ITEM_COLUMNS)
            .where(
                col(ItemRow.queue) == project,
                _OPEN,
                col(ItemRow.decisions) == 0,
                col(ItemRow.votes) == 0,
                col(ItemRow.late).is_(False),
                col(ItemRow.reason).not_in([reason.value for reason in spared]),
                ~held,
            )
            .order_by(col(ItemRow.received_at).desc(), col(ItemRow.id).desc())
            .limit(limit),
        )
        return [item_of(row) for row in rows]

    def mark_late(self, item_id: int, decisions: int) -> bool:
        """Note that a deadline was seen to. False if somebody else did, or it is settled."""
        statement = (
            update(ItemRow)
            .where(
                col(ItemRow.id) == item_id,
                col(ItemRow.settled).is_(False),
                col(ItemRow.late).is_(False),
            )
            .values(late=True, decisions=decisions)
        )
        return self._count(statement) == 1

    def rerank(self, project: str, predicted: str, weight: float) -> None:
        """Rank the waiting items of a predicted label again: weight x doubt x (1 + novelty)."""
        for table in (ItemRow, SlotRow):
            merit = weight * col(table.doubt) * (1 + col(table.novelty))
            statement = update(table).where(
                col(table.queue) == project,
                col(table.predicted) == predicted,
                col(table.reason) != RouteReason.AUDIT.value,
            )
            if table is ItemRow:
                statement = statement.where(_OPEN)
            run(
                self._session,
                statement.values(rank=epoch(self._session, col(table.received_at)) - merit),
            )

    def labels(self, project: str) -> Mapping[str, int]:
        """How often people decided each label."""
        counted = (
            select(col(ItemRow.label), func.count().label("times"))
            .where(col(ItemRow.project) == project, col(ItemRow.label).is_not(None))
            .group_by(col(ItemRow.label))
        )
        return {row.label: row.times for row in run(self._session, counted)}

    def state(self, queue: str, now: datetime) -> QueueState:
        """How the queue stands; each figure comes from an index alone."""
        waiting = (col(ItemRow.queue) == queue, _OPEN)
        slots = col(SlotRow.queue) == queue
        held = (slots, statements.LEASED, col(SlotRow.expires_at) > now)
        expired = exists().where(slots, statements.LEASED, col(SlotRow.expires_at) <= now)
        free = or_(exists().where(slots, statements.FREE), expired)
        moment = ItemRow.__table__.c.received_at.type  # type: ignore[attr-defined]
        oldest = func.min(ItemRow.received_at, type_=moment)
        found = run(
            self._session,
            select(
                _scalar(select(func.count()).select_from(ItemRow).where(*waiting), "depth"),
                _scalar(select(oldest).where(*waiting), "oldest"),
                _scalar(
                    select(func.count())
                    .select_from(ItemRow)
                    .where(*waiting, col(ItemRow.deadline) < now),
                    "overdue",
                ),
                _scalar(select(func.count()).select_from(SlotRow).where(*held), "leased"),
                _scalar(select(func.min(SlotRow.expires_at, type_=moment)).where(*held), "next"),
                free.label("free"),
            ),
        ).one()
        figures = (found.depth, found.leased, found.oldest, found.overdue, found.next)
        return QueueState(queue, *figures, free=bool(found.free))

    def _add_slots(self, item_ids: Sequence[int]) -> None:
        """One more slot for each of these items."""
        run(self._session, _ADD_SLOTS, of_items=list(item_ids))

    def _change(self, item_id: int, **values: Any) -> None:  # noqa: ANN401 - any column
        run(self._session, update(ItemRow).where(col(ItemRow.id) == item_id).values(**values))

    def _one(self, statement: Select[Any]) -> Item | None:
        row = run(self._session, statement).first()
        return item_of(row) if row else None

    def _count(self, statement: Update) -> int:
        return run(self._session, statement).rowcount


def item_of(row: Sequence[Any]) -> Item:
    """An item, from a row that begins with `statements.ITEM_COLUMNS`."""
    identity, project, queue, event_id, reason, stage, *rest = row
    return Item(identity, project, queue, event_id, _REASONS[reason], _STAGES[stage], *rest[:9])


def _row(item: NewItem) -> dict[str, object]:
    return {
        "project": item.project,
        "queue": item.queue or item.project,
        "event_id": item.event_id,
        "reason": item.reason.value,
        "stage": Stage.ROUTED.value,
        "received_at": item.received_at,
        "deadline": item.deadline,
        "settled": False,
        "late": False,
        "round": 1,
        "votes": 0,
        "decisions": item.decisions,
        "predicted": item.worth.predicted,
        "doubt": item.worth.doubt,
        "novelty": item.worth.novelty,
        "rank": item.rank,
    }


def _scalar(statement: Select[Any], name: str) -> Label[Any]:
    return statement.scalar_subquery().label(name)
