"""Holds in SQL: a claim is one guarded UPDATE, and whoever changes the row has won."""

import secrets
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    CursorResult,
    and_,
    delete,
    exists,
    insert,
    or_,
    select,
    text,
    union_all,
    update,
)
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from services.review.adapters.items import ITEM_COLUMNS, item_of
from services.review.domain.queue import Candidate, Item, Lease, LeaseEnd, Worth
from services.review.ports import Hold
from services.review.tables import ItemRow, LeaseRow, SlotRow, ThroughRow
from shared.events import RouteReason

_FREE = text("review_slots.lease_id IS NULL")
"""As the partial indices have it, or they would not be used."""
_FREE_WITH_DEADLINE = text("review_slots.lease_id IS NULL AND review_slots.deadline IS NOT NULL")
_LEASED = text("review_slots.lease_id IS NOT NULL")
_CANDIDATE = (
    col(SlotRow.id),
    col(SlotRow.item_id),
    col(SlotRow.reason),
    col(SlotRow.received_at),
    col(SlotRow.deadline),
    col(SlotRow.predicted),
    col(SlotRow.doubt),
    col(SlotRow.novelty),
)


class SqlLeases:
    """Implements `ports.Leases`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def candidates(
        self, queue: str, reviewer: str, now: datetime, urgent_until: datetime, limit: int
    ) -> Sequence[Candidate]:
        """Slots that a reviewer may claim: the most urgent, the first by rank, the expired.

        Each of the three is the head of an index, however long the queue is.
        """
        mine = (col(SlotRow.queue) == queue, *_open_to(reviewer))
        urgent = (
            select(*_CANDIDATE)
            .where(*mine, _FREE_WITH_DEADLINE, col(SlotRow.deadline) <= urgent_until)
            .order_by(col(SlotRow.deadline))
            .limit(limit)
            .subquery()
        )
        first = (
            select(*_CANDIDATE)
            .where(*mine, _FREE)
            .order_by(col(SlotRow.rank), col(SlotRow.id))
            .limit(limit)
            .subquery()
        )
        expired = (
            select(*_CANDIDATE)
            .where(*mine, _LEASED, col(SlotRow.expires_at) <= now)
            .order_by(col(SlotRow.expires_at))
            .limit(limit)
            .subquery()
        )
        heads = union_all(select(urgent), select(first), select(expired))
        found = {row.id: _candidate(row) for row in self._execute(heads)}
        return list(found.values())

    def grant(self, candidate: Candidate, hold: Hold, now: datetime) -> Lease | None:
        """Lease a slot. None if somebody else was faster."""
        return self._grant(col(SlotRow.id) == candidate.slot, hold, now)

    def grant_own(self, item_id: int, hold: Hold, now: datetime) -> Lease | None:
        """Lease a free slot of this item. None if there is none."""
        return self._grant(col(SlotRow.item_id) == item_id, hold, now)

    def get(self, lease_id: str) -> Lease | None:
        """A lease that was granted, whether it still holds or not."""
        row = self._execute(
            select(
                *ITEM_COLUMNS,
                col(LeaseRow.id).label("lease_id"),
                col(LeaseRow.queue).label("lease_queue"),
                col(LeaseRow.holder),
                col(LeaseRow.token),
                col(LeaseRow.expires_at),
                col(LeaseRow.sees_model),
                col(SlotRow.id).label("slot"),
            )
            .join(ItemRow, col(ItemRow.id) == col(LeaseRow.item_id))
            .outerjoin(
                SlotRow,
                and_(
                    col(SlotRow.item_id) == col(LeaseRow.item_id),
                    col(SlotRow.lease_id) == col(LeaseRow.id),
                ),
            )
            .where(col(LeaseRow.id) == lease_id)
        ).first()
        if row is None:
            return None
        return Lease(
            id=row.lease_id,
            item=item_of(row),
            holder=row.holder,
            token=row.token,
            expires_at=row.expires_at,
            current=row.slot is not None,
            queue=row.lease_queue,
            sees_model=row.sees_model,
        )

    def extend(self, lease: Lease, until: datetime) -> bool:
        """Let a lease last longer. False if it was lost meanwhile."""
        kept = self._execute(update(SlotRow).where(*_held(lease)).values(expires_at=until))
        if kept.rowcount != 1:
            return False
        held = update(LeaseRow).where(col(LeaseRow.id) == lease.id)
        self._execute(held.values(expires_at=until))
        return True

    def give_back(self, lease: Lease, end: LeaseEnd) -> bool:
        """Free the slot. False if the lease was lost meanwhile."""
        free = {"lease_id": None, "holder": None, "expires_at": None}
        freed = self._execute(update(SlotRow).where(*_held(lease)).values(**free))
        return freed.rowcount == 1 and self._end(lease, end)

    def use(self, lease: Lease) -> bool:
        """Use the slot up by an answer. False if the lease was lost meanwhile."""
        used = self._execute(delete(SlotRow).where(*_held(lease)))
        return used.rowcount == 1 and self._end(lease, LeaseEnd.ANSWERED)

    def next_free(self, queue: str, reviewer: str) -> datetime | None:
        """When the first slot that the reviewer might get ends to be held. None: there is none."""
        held = (col(SlotRow.queue) == queue, _LEASED, _not_through(reviewer))
        return self._execute(
            select(col(SlotRow.expires_at)).where(*held).order_by(col(SlotRow.expires_at)).limit(1)
        ).scalar()

    def any_in(self, queue: str) -> bool:
        """Whether the queue has any slot, for whomever."""
        found = select(col(SlotRow.id)).where(col(SlotRow.queue) == queue).limit(1)
        return self._execute(found).first() is not None

    def holders(self, item_ids: Collection[int]) -> Mapping[int, Sequence[str]]:
        """Who holds a slot of these items."""
        rows = self._execute(
            select(col(SlotRow.item_id), col(SlotRow.holder)).where(
                col(SlotRow.item_id).in_(list(item_ids)), _LEASED
            )
        )
        holders: dict[int, list[str]] = {}
        for row in rows:
            holders.setdefault(row.item_id, []).append(row.holder)
        return holders

    def _grant(self, which: ColumnElement[bool], hold: Hold, now: datetime) -> Lease | None:
        chosen = (
            select(col(SlotRow.id))
            .where(which, _is_free(now))
            .order_by(col(SlotRow.id))
            .limit(1)
            .with_for_update(skip_locked=True)
            .scalar_subquery()
        )
        lease_id = secrets.token_hex(12)
        won = self._execute(
            update(SlotRow)
            .where(col(SlotRow.id) == chosen, _is_free(now))
            .values(
                lease_id=lease_id,
                holder=hold.holder,
                token=col(SlotRow.token) + 1,
                expires_at=hold.until,
            )
            .returning(col(SlotRow.item_id), col(SlotRow.queue), col(SlotRow.token))
        ).first()
        if won is None:
            return None
        self._execute(
            insert(LeaseRow).values(
                id=lease_id,
                item_id=won.item_id,
                queue=won.queue,
                holder=hold.holder,
                token=won.token,
                expires_at=hold.until,
                sees_model=hold.sees_model,
            )
        )
        return Lease(
            id=lease_id,
            item=self._item(won.item_id),
            holder=hold.holder,
            token=won.token,
            expires_at=hold.until,
            current=True,
            queue=won.queue,
            sees_model=hold.sees_model,
        )

    def _item(self, item_id: int) -> Item:
        return item_of(self._execute(select(*ITEM_COLUMNS).where(col(ItemRow.id) == item_id)).one())

    def _end(self, lease: Lease, end: LeaseEnd) -> bool:
        self._execute(update(LeaseRow).where(col(LeaseRow.id) == lease.id).values(ended=end.value))
        return True

    def _execute(self, statement: Any) -> CursorResult[Any]:  # noqa: ANN401 - any statement
        result = self._session.connection().execute(statement)
        assert isinstance(result, CursorResult)  # noqa: S101 - Core statements give one
        return result


def _is_free(now: datetime) -> ColumnElement[bool]:
    """Expiry is judged here, at claim time, not by a sweeper."""
    return or_(col(SlotRow.lease_id).is_(None), col(SlotRow.expires_at) <= now)


def _held(lease: Lease) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    """The fence: only the newest lease on the slot passes."""
    return col(SlotRow.item_id) == lease.item.id, col(SlotRow.lease_id) == lease.id


def _not_through(reviewer: str) -> ColumnElement[bool]:
    return ~exists().where(
        col(ThroughRow.item_id) == col(SlotRow.item_id), col(ThroughRow.reviewer) == reviewer
    )


def _open_to(reviewer: str) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    """Neither is the reviewer through with the item, nor do they hold another slot of it."""
    other = aliased(SlotRow)
    held = exists().where(
        col(other.item_id) == col(SlotRow.item_id),
        col(other.id) != col(SlotRow.id),
        col(other.holder) == reviewer,
    )
    return _not_through(reviewer), ~held


def _candidate(row: Any) -> Candidate:  # noqa: ANN401 - a row of any shape
    return Candidate(
        slot=row.id,
        item_id=row.item_id,
        reason=RouteReason(row.reason),
        received_at=row.received_at,
        deadline=row.deadline,
        worth=Worth(row.predicted, row.doubt, row.novelty),
    )
