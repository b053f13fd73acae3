"""The statements of the hot path, built once: building costs several times what executing does."""

from functools import cache
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    ScalarSelect,
    String,
    Subquery,
    TextClause,
    and_,
    bindparam,
    case,
    delete,
    exists,
    insert,
    literal,
    literal_column,
    or_,
    select,
    text,
    union_all,
    update,
)
from sqlalchemy.orm import Mapped, aliased
from sqlalchemy.sql.dml import ReturningUpdate
from sqlmodel import col

from services.review.tables import NOWHERE, ItemRow, LeaseRow, SlotRow, ThroughRow
from shared.database import Prepared

FREE = text("review_slots.lease_id IS NULL")
"""As the partial indices have it, or they would not be used."""
LEASED = text("review_slots.lease_id IS NOT NULL")
_FREE_WITH_DEADLINE = text("review_slots.lease_id IS NULL AND review_slots.deadline IS NOT NULL")

ITEM_COLUMNS = tuple(
    getattr(ItemRow, name)
    for name in (
        *("id", "project", "queue", "event_id", "reason", "stage", "received_at", "deadline"),
        *("settled", "late", "round", "votes", "decisions", "label", "predicted"),
    )
)
"""What `item_of` reads, in this order."""

_QUEUE = bindparam("of_queue", type_=String())
_REVIEWER = bindparam("of_reviewer", type_=String())
_ITEM = bindparam("of_item", type_=BigInteger())
_LEASE = bindparam("of_lease", type_=String())
_NOW = bindparam("now", type_=ItemRow.__table__.c.received_at.type)  # type: ignore[attr-defined]
_UNTIL = bindparam("until", type_=_NOW.type)
_URGENT = bindparam("urgent_until", type_=_NOW.type)

_HELD = (col(SlotRow.item_id) == _ITEM, col(SlotRow.lease_id) == _LEASE)
"""The fence: only the newest lease on the slot passes."""
_OFFERED = col(SlotRow.queue) != NOWHERE
_IS_FREE = or_(col(SlotRow.lease_id).is_(None), and_(_OFFERED, col(SlotRow.expires_at) <= _NOW))
"""Expiry is judged here, at claim time, not by a sweeper."""
_ONE: ColumnElement[int] = literal_column("1")
_NOT_THROUGH = (
    select(_ONE)
    .where(col(ThroughRow.item_id) == col(SlotRow.item_id), col(ThroughRow.reviewer) == _REVIEWER)
    .limit(_ONE)
    .scalar_subquery()
    .is_distinct_from(_ONE)
)
"""A look-up for each slot. For NOT EXISTS PostgreSQL may read all that the reviewer has passed, and
again for each slot, as long as it believes that to be little; and it takes IS NULL for so rare that
it plans to read the whole queue for a few slots. So below, of what they hold."""


def _open_to_reviewer() -> ColumnElement[bool]:
    """Neither is the reviewer through with the item, nor do they hold another slot of it."""
    other = aliased(SlotRow)
    held = (
        select(_ONE)
        .where(
            col(other.item_id) == col(SlotRow.item_id),
            col(other.id) != col(SlotRow.id),
            col(other.holder) == _REVIEWER,
        )
        .limit(_ONE)
        .scalar_subquery()
    )
    return and_(col(SlotRow.queue) == _QUEUE, _NOT_THROUGH, held.is_distinct_from(_ONE))


def _heads(most: int) -> ScalarSelect[int]:
    """The heads of three indices: the most urgent, the first by rank, the expired.

    What is not urgent or expired yet is left out once a head is read: PostgreSQL takes a third of
    the queue to lie below a bound that it does not know when it plans.
    """
    urgent = _head(most, _FREE_WITH_DEADLINE, col(SlotRow.deadline))
    first = _head(most, FREE, col(SlotRow.rank), col(SlotRow.id))
    expired = _head(most, LEASED, col(SlotRow.expires_at))
    return union_all(
        select(urgent.c.id).where(urgent.c.deadline <= _URGENT),
        select(first.c.id),
        select(expired.c.id).where(expired.c.expires_at <= _NOW),
    ).scalar_subquery()


def _head(most: int, which: TextClause, by: Mapped[Any], *then: Mapped[Any]) -> Subquery:
    slot = select(col(SlotRow.id), by).where(_open_to_reviewer(), which)
    return slot.order_by(by, *then).limit(literal_column(str(most))).subquery()


_FEW = 5
"""As many as a claim of one item looks at."""


@cache
def _candidates(most: int) -> Prepared:
    return Prepared(
        select(
            *ITEM_COLUMNS,
            col(SlotRow.id).label("slot"),
            col(SlotRow.doubt),
            col(SlotRow.novelty),
        )
        .join(ItemRow, col(ItemRow.id) == col(SlotRow.item_id))
        .where(col(SlotRow.id).in_(_heads(most)))
    )


def candidates(least: int) -> Prepared:
    """The first so many of each head, or more: 1 to 5, then 10, 20, ...

    PostgreSQL keeps a plan for numbers that the statement says. For a parameter it planned anew
    each time, which took four times as long as to carry it out.
    """
    most = min(least, _FEW)
    while most < least:
        most *= 2
    return _candidates(most)


def _claim(which: ColumnElement[bool], by: Any) -> ReturningUpdate[int, str, int]:  # noqa: ANN401
    """Lease the first slot that is free, and that nobody else is claiming at this moment."""
    chosen = (
        select(col(SlotRow.id))
        .where(which, _IS_FREE)
        .order_by(by)
        .limit(1)
        .with_for_update(skip_locked=True)
        .scalar_subquery()
    )
    return (
        update(SlotRow)
        .where(col(SlotRow.id) == chosen, _IS_FREE)
        .values(lease_id=_LEASE, holder=_REVIEWER, token=col(SlotRow.token) + 1, expires_at=_UNTIL)
        .returning(col(SlotRow.item_id), col(SlotRow.queue), col(SlotRow.token))
    )


SLOTS = ("first", "second", "third", "fourth", "fifth")
"""Slots that one claim may try, in this order."""
_SLOTS = [bindparam(name, type_=BigInteger()) for name in SLOTS]
_PLACE = case(*((col(SlotRow.id) == slot, place) for place, slot in enumerate(_SLOTS)))
CLAIM_FIRST = Prepared(_claim(col(SlotRow.id).in_(_SLOTS), _PLACE))
CLAIM_OF_ITEM = Prepared(_claim(col(SlotRow.item_id) == _ITEM, col(SlotRow.id)))
ITEM = Prepared(select(*ITEM_COLUMNS).where(col(ItemRow.id) == _ITEM))
GRANT = Prepared(insert(LeaseRow))
LEASE = Prepared(
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
    .where(col(LeaseRow.id) == _LEASE)
)
_COPIED = ("reason", "received_at", "deadline", "predicted", "doubt", "novelty", "rank")
ADD_SLOT = Prepared(
    insert(SlotRow)
    .from_select(
        ["item_id", "token", "queue", *_COPIED],
        select(
            col(ItemRow.id),
            literal(0),
            case((col(ItemRow.queue) == _QUEUE, _QUEUE), else_=literal(NOWHERE)),
            *(getattr(ItemRow, name) for name in _COPIED),
        ).where(col(ItemRow.id) == _ITEM),
    )
    .returning(col(SlotRow.id))
)
"""One slot more, in a queue if its item waits there."""
USE = Prepared(delete(SlotRow).where(*_HELD))
EXTEND = Prepared(update(SlotRow).where(*_HELD).values(expires_at=_UNTIL))
GIVE_BACK = Prepared(
    update(SlotRow).where(*_HELD, _OFFERED).values(lease_id=None, holder=None, expires_at=None)
)
DROP_HELD = Prepared(delete(SlotRow).where(*_HELD, ~_OFFERED))
NEXT_FREE = Prepared(
    select(col(SlotRow.expires_at))
    .where(_open_to_reviewer(), LEASED)
    .order_by(col(SlotRow.expires_at))
    .limit(1)
)
COUNT_VOTE = Prepared(
    update(ItemRow)
    .where(col(ItemRow.id) == _ITEM, col(ItemRow.settled).is_(False))
    .values(votes=col(ItemRow.votes) + 1)
    .returning(*ITEM_COLUMNS)
)
SETTLE = Prepared(
    update(ItemRow)
    .where(col(ItemRow.id) == _ITEM)
    .values(settled=True, label=bindparam("decided"), decisions=bindparam("revision"))
)
_HELD_THERE = exists().where(
    col(LeaseRow.id) == col(SlotRow.lease_id), col(LeaseRow.queue) == _QUEUE
)
MOVE_SLOTS = Prepared(
    update(SlotRow)
    .where(col(SlotRow.item_id) == _ITEM)
    .values(queue=case((_HELD_THERE, _QUEUE), else_=literal(NOWHERE)))
)
DROP_SLOTS = Prepared(delete(SlotRow).where(col(SlotRow.item_id) == _ITEM))
