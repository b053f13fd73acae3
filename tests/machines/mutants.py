"""Faults that are planted into the queue, to prove that the machine sees them.

They live here only; the product knows nothing of them. Each takes away one guard.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from itertools import count
from typing import Any

import pytest
from sqlalchemy import delete, insert, select, update
from sqlmodel import col

from services.review.adapters.items import SqlItems
from services.review.adapters.leases import SqlLeases
from services.review.adapters.votes import SqlVotes
from services.review.domain.queue import Candidate, Lease, Stage
from services.review.domain.votes import Ballot
from services.review.ports import Hold, Transaction
from services.review.tables import ItemRow, LeaseRow, SlotRow
from services.review.use_cases import claiming, undoing
from shared.database import run

_NUMBERS = count(1)


def no_fence(patch: pytest.MonkeyPatch) -> None:
    """A hold that somebody else took over may answer all the same."""

    def use(self: SqlLeases, lease: Lease) -> bool:
        run(self._session, delete(SlotRow).where(col(SlotRow.lease_id) == lease.id))
        return True

    patch.setattr(Lease, "holds", property(lambda self: not self.item.settled))
    patch.setattr(SqlLeases, "use", use)


def unguarded_sweeper(patch: pytest.MonkeyPatch) -> None:
    """Claiming frees what is held too long without a look at whether it is settled."""
    candidates = SqlLeases.candidates

    def sweeping(self: SqlLeases, queue: str, reviewer: str, now: datetime, *rest: Any) -> Any:
        expired = select(col(LeaseRow.item_id)).where(
            col(LeaseRow.queue) == queue, col(LeaseRow.expires_at) <= now
        )
        settled = select(col(ItemRow.id)).where(
            col(ItemRow.id).in_(expired), col(ItemRow.settled).is_(True)
        )
        for item_id in run(self._session, settled).scalars().all():
            SqlItems(self._session).reopen(item_id, queue, Stage.ROUTED, slots=1)
        return candidates(self, queue, reviewer, now, *rest)

    patch.setattr(SqlLeases, "candidates", sweeping)


def read_then_write(patch: pytest.MonkeyPatch) -> None:
    """A claim takes what it has read to be free, without asking whether it still is.

    It reads what stood before the last claim, as two do who read at the same time.
    """
    heads, seen = SqlLeases.candidates, dict[tuple[str, str], Sequence[Candidate]]()

    def candidates(self: SqlLeases, queue: str, *rest: Any) -> Sequence[Candidate]:
        key = str(self._session.connection().engine.url), queue
        found = heads(self, queue, *rest)
        before, seen[key] = seen.get(key, []), found
        return list({candidate.slot: candidate for candidate in [*before, *found]}.values())

    patch.setattr(SqlLeases, "candidates", candidates)
    unguarded_grant(patch)


def unguarded_grant(patch: pytest.MonkeyPatch) -> None:
    """The same where claims do run at the same time: what was read is taken."""

    def grant(self: SqlLeases, candidates: Sequence[Candidate], hold: Hold, _: datetime) -> Any:
        return next((lease for c in candidates if (lease := _write(self, c, hold))), None)

    patch.setattr(SqlLeases, "grant", grant)


def undo_that_does_not_reopen(patch: pytest.MonkeyPatch) -> None:
    """Taking an answer back leaves the item settled."""
    patch.setattr(undoing.UndoVote, "_open", lambda *_: None)


def revoke_that_leaves_the_decision(patch: pytest.MonkeyPatch) -> None:
    """Revoked answers count no more, but what rested on them stands."""
    reopen = SqlItems.reopen

    def guarded(self: SqlItems, item: int, queue: str, stage: Stage, *a: Any, **b: Any) -> None:
        if stage is not Stage.REVOKED:
            reopen(self, item, queue, stage, *a, **b)

    patch.setattr(SqlItems, "reopen", guarded)


def move_that_leaves_slots(patch: pytest.MonkeyPatch) -> None:
    """A hold on an item that went to the leads is taken over in the queue that it left."""

    def move(self: SqlItems, item_id: int, queue: str, stage: Stage, slots: int) -> None:
        self._change(item_id, queue=queue, stage=stage.value)
        self.offer(item_id, 0)
        for _ in range(slots):
            self._add_slots([item_id])

    patch.setattr(SqlItems, "move", move)


def settle_that_leaves_slots(patch: pytest.MonkeyPatch) -> None:
    """Who still holds an item that is decided does not lose it."""

    def settle(self: SqlItems, item_id: int, label: str | None, decisions: int) -> None:
        self._change(item_id, settled=True, label=label, decisions=decisions)

    patch.setattr(SqlItems, "settle", settle)


def nobody_is_through(patch: pytest.MonkeyPatch) -> None:
    """Who skips, escalates or answers an item is shown it again."""
    patch.setattr(SqlVotes, "pass_on", lambda *_: None)


def peers_are_shown(patch: pytest.MonkeyPatch) -> None:
    """Before answering one sees what others said."""

    def others(transaction: Transaction, lease: Lease) -> tuple[Sequence[Ballot], Sequence[str]]:
        return transaction.votes.counted(lease.item.id, lease.item.round), ()

    patch.setattr(claiming, "_others", others)


MUTANTS: Sequence[Callable[[pytest.MonkeyPatch], None]] = (
    no_fence,
    unguarded_sweeper,
    read_then_write,
    undo_that_does_not_reopen,
    revoke_that_leaves_the_decision,
    move_that_leaves_slots,
    settle_that_leaves_slots,
    nobody_is_through,
    peers_are_shown,
)


def _write(leases: SqlLeases, candidate: Candidate, hold: Hold) -> Lease | None:
    """Take a slot, whoever holds it."""
    slot = candidate.slot
    row = run(leases._session, select(SlotRow.__table__).where(col(SlotRow.id) == slot)).first()  # type: ignore[attr-defined]
    if row is None:
        return None
    lease_id, token = f"lease-{next(_NUMBERS)}", row.token + 1
    values = {"lease_id": lease_id, "holder": hold.holder, "expires_at": hold.until}
    run(
        leases._session,
        update(SlotRow).where(col(SlotRow.id) == slot).values(**values, token=token),
    )
    run(
        leases._session,
        insert(LeaseRow).values(
            id=lease_id,
            item_id=row.item_id,
            queue=row.queue,
            holder=hold.holder,
            token=token,
            expires_at=hold.until,
            sees_model=hold.sees_model(candidate.item),
        ),
    )
    return leases.get(lease_id)
