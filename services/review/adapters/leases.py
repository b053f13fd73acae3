"""Holds in SQL: a claim is one guarded UPDATE, and whoever changes the row has won."""

import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import chain, repeat
from typing import Any, NamedTuple

from sqlalchemy import func, select, update
from sqlmodel import Session, col

from services.review.adapters import statements
from services.review.adapters.items import item_of
from services.review.domain.queue import Candidate, Item, Lease, LeaseEnd, Worth
from services.review.ports import Hold
from services.review.tables import NOWHERE, LeaseRow, SlotRow
from shared.database import Prepared, run


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
        heads = statements.candidates(limit)
        asked = {"of_queue": queue, "of_reviewer": reviewer, "now": now}
        rows = heads.on(self._session, **asked, urgent_until=urgent_until)
        return [
            Candidate(row.slot, item_of(row), Worth(row.predicted, row.doubt, row.novelty))
            for row in rows
        ]

    def grant(self, candidates: Sequence[Candidate], hold: Hold, now: datetime) -> Lease | None:
        """Lease the first of these slots that nobody else has. None if all went to others.

        Raises:
            Unavailable: the same person has just got another slot of the item.
        """
        for start in range(0, len(candidates), len(statements.SLOTS)):
            some = candidates[start : start + len(statements.SLOTS)]
            slots = [candidate.slot for candidate in some]
            won = self._claim(statements.CLAIM_FIRST, hold, now=now, **_tried(slots))
            if won is not None:
                item = next(each.item for each in some if each.item.id == won.item_id)
                return self._granted(item, hold, won)
        return None

    def grant_own(self, item_id: int, hold: Hold, now: datetime) -> Lease | None:
        """Lease a free slot of this item. None if there is none."""
        won = self._claim(statements.CLAIM_OF_ITEM, hold, now=now, of_item=item_id)
        if won is None:
            return None
        row = statements.ITEM.on(self._session, of_item=item_id).first()
        return self._granted(item_of(row), hold, won)

    def grant_again(self, item_id: int, queue: str, hold: Hold, now: datetime) -> Lease:
        """Lease a new slot to who held the item before, in that queue.

        If the item waits elsewhere by now, nobody else is offered the slot.
        """
        slot = statements.ADD_SLOT.on(self._session, of_item=item_id, of_queue=queue).scalar()
        won = self._claim(statements.CLAIM_FIRST, hold, now=now, **_tried([slot]))
        assert won is not None  # noqa: S101 - nobody else has seen the slot
        row = statements.ITEM.on(self._session, of_item=item_id).first()
        return self._granted(item_of(row), hold, won._replace(queue=queue))

    def get(self, lease_id: str) -> Lease | None:
        """A lease that was granted, whether it still holds or not."""
        row = statements.LEASE.on(self._session, of_lease=lease_id).first()
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
        if not self._on_held(statements.EXTEND, lease, until=until):
            return False
        self._change(lease, expires_at=until)
        return True

    def give_back(self, lease: Lease, end: LeaseEnd) -> bool:
        """Free the slot. False if the lease was lost meanwhile."""
        given = self._on_held(statements.GIVE_BACK, lease)
        if not given and not self._on_held(statements.DROP_HELD, lease):
            return False
        self._change(lease, ended=end.value)
        return True

    def use(self, lease: Lease) -> bool:
        """Use the slot up by an answer. False if the lease was lost meanwhile."""
        return self._on_held(statements.USE, lease)

    def next_free(self, queue: str, reviewer: str) -> datetime | None:
        """When the first slot that the reviewer might get ends to be held. None: there is none."""
        asked = {"of_queue": queue, "of_reviewer": reviewer}
        moment: datetime | None = statements.NEXT_FREE.on(self._session, **asked).scalar()
        return moment

    def any_in(self, queue: str) -> bool:
        """Whether the queue has any slot, for whomever."""
        found = select(col(SlotRow.id)).where(col(SlotRow.queue) == queue).limit(1)
        return run(self._session, found).first() is not None

    def workers(self, now: datetime) -> Mapping[str, Mapping[str, int]]:
        """How many slots each person holds, by queue."""
        held = (
            select(col(SlotRow.queue), col(SlotRow.holder), func.count().label("holds"))
            .where(statements.LEASED, col(SlotRow.expires_at) > now, col(SlotRow.queue) != NOWHERE)
            .group_by(col(SlotRow.queue), col(SlotRow.holder))
            .order_by(col(SlotRow.holder))
        )
        workers: dict[str, dict[str, int]] = {}
        for row in run(self._session, held):
            workers.setdefault(row.queue, {})[row.holder] = row.holds
        return workers

    def _claim(self, statement: Prepared, hold: Hold, **which: object) -> "_Won | None":
        """The slot, if one was free."""
        lease_id = secrets.token_hex(12)
        asked = {"of_lease": lease_id, "of_reviewer": hold.holder, "until": hold.until}
        won = statement.on(self._session, **asked, **which).first()
        return None if won is None else _Won(lease_id, won.item_id, won.queue, won.token)

    def _granted(self, item: Item, hold: Hold, won: "_Won") -> Lease:
        """Write down who holds a slot that was won."""
        sees_model = hold.sees_model(item)
        statements.GRANT.on(
            self._session,
            id=won.lease_id,
            item_id=won.item_id,
            queue=won.queue,
            holder=hold.holder,
            token=won.token,
            expires_at=hold.until,
            sees_model=sees_model,
        )
        return Lease(
            id=won.lease_id,
            item=item,
            holder=hold.holder,
            token=won.token,
            expires_at=hold.until,
            current=True,
            queue=won.queue,
            sees_model=sees_model,
        )

    def _on_held(self, statement: Prepared, lease: Lease, **values: object) -> bool:
        held = statement.on(self._session, of_item=lease.item.id, of_lease=lease.id, **values)
        return held.rowcount == 1

    def _change(self, lease: Lease, **values: Any) -> None:  # noqa: ANN401 - any column
        run(self._session, update(LeaseRow).where(col(LeaseRow.id) == lease.id).values(**values))


class _Won(NamedTuple):
    """A slot that has just been leased."""

    lease_id: str
    item_id: int
    queue: str
    token: int


def _tried(slots: Sequence[int]) -> Mapping[str, int]:
    """The slots that a claim tries, by their place; the last one again where there are fewer."""
    return dict(zip(statements.SLOTS, chain(slots, repeat(slots[-1])), strict=False))
