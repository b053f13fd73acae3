"""The queues in SQL: a claim is one guarded UPDATE, and whoever counts one row has won."""

import secrets
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, CursorResult, Update, case, or_, update
from sqlmodel import Session, col, func, select

from services.review.domain.queue import Item, Lease, NewItem, QueueState
from services.review.tables import ItemRow, LeaseRow
from shared.database import insert_many
from shared.events import RouteReason


class SqlItems:
    """Implements `ports.Items`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, items: Sequence[NewItem]) -> None:
        """Let events wait for people."""
        rows = [
            {
                "project": item.project,
                "event_id": item.event_id,
                "reason": item.reason.value,
                "received_at": item.received_at,
                "deadline": item.deadline,
                "settled": False,
                "lease_token": 0,
            }
            for item in items
        ]
        insert_many(self._session, ItemRow, rows)

    def claim(
        self, queue: str, limit: int, holder: str, now: datetime, until: datetime
    ) -> Sequence[Lease]:
        """Lease the longest-waiting free items to one reviewer; audits come first."""
        audits_first = case((col(ItemRow.reason) == RouteReason.AUDIT.value, 0), else_=1)
        candidates = self._session.exec(
            select(ItemRow)
            .where(*_waiting(queue), _free(now))
            .order_by(audits_first, col(ItemRow.id))
            .limit(limit)
            .with_for_update(skip_locked=True)
        ).all()
        leases = [self._grant(row, holder, now, until) for row in candidates]
        return [lease for lease in leases if lease is not None]

    def lease(self, lease_id: str) -> Lease | None:
        """A lease that was granted, whether it still holds or not."""
        found = self._session.exec(
            select(LeaseRow, ItemRow)
            .join(ItemRow, col(ItemRow.id) == LeaseRow.item_id)
            .where(LeaseRow.id == lease_id)
        ).first()
        return _lease(*found) if found else None

    def extend(self, lease: Lease, until: datetime) -> bool:
        """Let a lease last longer. False if it was lost meanwhile."""
        held = update(LeaseRow).where(col(LeaseRow.id) == lease.id).values(expires_at=until)
        self._session.connection().execute(held)
        return self._guarded(lease, lease_expires_at=until)

    def release(self, lease: Lease) -> bool:
        """Give an item back. False if the lease was lost meanwhile."""
        return self._guarded(lease, lease_id=None, lease_expires_at=None)

    def settle(self, lease: Lease) -> bool:
        """Take an item out of its queue for good. False if the lease was lost meanwhile."""
        return self._guarded(lease, settled=True)

    def state(self, queue: str, now: datetime) -> QueueState:
        """How the queue stands."""
        leased = col(ItemRow.lease_expires_at) > now
        depth, held, oldest, overdue, next_free = self._session.exec(
            select(  # type: ignore[call-overload]
                func.count(),
                func.coalesce(func.sum(case((leased, 1), else_=0)), 0),
                func.min(ItemRow.received_at, type_=ItemRow.received_at.type),  # type: ignore[attr-defined]
                func.coalesce(func.sum(case((col(ItemRow.deadline) < now, 1), else_=0)), 0),
                func.min(
                    case((leased, col(ItemRow.lease_expires_at))),
                    type_=ItemRow.received_at.type,  # type: ignore[attr-defined]
                ),
            ).where(*_waiting(queue))
        ).one()
        return QueueState(queue, depth, held, oldest, overdue, next_free)

    def reopen(self, project: str, event_id: str) -> bool:
        """Let a settled item wait again. False if there is no such item."""
        return self._count(
            update(ItemRow)
            .where(col(ItemRow.project) == project, col(ItemRow.event_id) == event_id)
            .values(settled=False, lease_id=None, lease_expires_at=None)
        )

    def _grant(self, row: ItemRow, holder: str, now: datetime, until: datetime) -> Lease | None:
        lease_id, token = secrets.token_hex(12), row.lease_token + 1
        won = self._count(
            update(ItemRow)
            .where(col(ItemRow.id) == row.id, col(ItemRow.settled).is_(False), _free(now))
            .values(lease_id=lease_id, lease_token=token, lease_expires_at=until)
        )
        if not won:
            return None
        assert row.id is not None  # noqa: S101 - it was read from the table
        granted = LeaseRow(
            id=lease_id, item_id=row.id, holder=holder, token=token, expires_at=until
        )
        self._session.add(granted)
        self._session.flush()
        return Lease(lease_id, _item(row), holder, token, until, current=True)

    def _guarded(self, lease: Lease, **values: Any) -> bool:  # noqa: ANN401 - any column
        return self._count(
            update(ItemRow)
            .where(
                col(ItemRow.id) == lease.item.id,
                col(ItemRow.lease_id) == lease.id,
                col(ItemRow.settled).is_(False),
            )
            .values(**values)
        )

    def _count(self, statement: Update) -> bool:
        result = self._session.connection().execute(statement)
        assert isinstance(result, CursorResult)  # noqa: S101 - an UPDATE always gives one
        return result.rowcount == 1


def _waiting(queue: str) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return col(ItemRow.project) == queue, col(ItemRow.settled).is_(False)


def _free(now: datetime) -> ColumnElement[bool]:
    """Expiry is judged here, at claim time, not by a sweeper."""
    return or_(col(ItemRow.lease_id).is_(None), col(ItemRow.lease_expires_at) <= now)


def _item(row: ItemRow) -> Item:
    assert row.id is not None  # noqa: S101 - it was read from the table
    return Item(
        id=row.id,
        project=row.project,
        event_id=row.event_id,
        reason=RouteReason(row.reason),
        received_at=row.received_at,
        deadline=row.deadline,
        settled=row.settled,
    )


def _lease(row: LeaseRow, item: ItemRow) -> Lease:
    return Lease(
        id=row.id,
        item=_item(item),
        holder=row.holder,
        token=row.token,
        expires_at=row.expires_at,
        current=item.lease_id == row.id,
    )
