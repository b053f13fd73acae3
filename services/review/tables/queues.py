"""Items, the slots in which they can be answered, and the holds on them."""

from datetime import datetime

from sqlalchemy import Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from services.review.tables.columns import BIG_ID
from shared.database import UtcDateTime

NOWHERE = ""
"""The queue of a slot that is still held, but whose item waits elsewhere: nobody takes it over."""

_OPEN = text("NOT settled")
_DUE = text("NOT settled AND NOT late AND deadline IS NOT NULL")
_FREE = text("lease_id IS NULL")
_FREE_WITH_DEADLINE = text("lease_id IS NULL AND deadline IS NOT NULL")
_LEASED = text("lease_id IS NOT NULL")
_HELD = text("holder IS NOT NULL")


class ItemRow(SQLModel, table=True):
    """An event that waits, or waited, for people; its content stands in the ledger."""

    __tablename__ = "review_items"
    __table_args__ = (
        UniqueConstraint("project", "event_id", name="uq_review_items"),
        Index(
            "ix_review_items_open",
            "queue",
            "received_at",
            sqlite_where=_OPEN,
            postgresql_where=_OPEN,
        ),
        Index("ix_review_items_due", "deadline", sqlite_where=_DUE, postgresql_where=_DUE),
        Index("ix_review_items_label", "project", "label"),
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=BIG_ID)
    project: str
    queue: str
    event_id: str
    reason: str
    stage: str
    received_at: datetime = Field(sa_type=UtcDateTime)
    deadline: datetime | None = Field(default=None, sa_type=UtcDateTime)
    settled: bool = False
    late: bool = False
    round: int = 1
    votes: int = 0
    decisions: int = 0
    label: str | None = None
    predicted: str
    doubt: float
    novelty: float
    rank: float


class SlotRow(SQLModel, table=True):
    """One answer that is still needed: free, or held under a lease; gone once it is given.

    It repeats of its item what a claim needs, so that claiming reads the head of an index only,
    however many wait.
    """

    __tablename__ = "review_slots"
    __table_args__ = (
        Index(
            "ix_review_slots_free",
            "queue",
            "rank",
            "id",
            sqlite_where=_FREE,
            postgresql_where=_FREE,
        ),
        Index(
            "ix_review_slots_urgent",
            "queue",
            "deadline",
            sqlite_where=_FREE_WITH_DEADLINE,
            postgresql_where=_FREE_WITH_DEADLINE,
        ),
        Index(
            "ix_review_slots_leased",
            "queue",
            "expires_at",
            sqlite_where=_LEASED,
            postgresql_where=_LEASED,
        ),
        Index("ix_review_slots_item", "item_id"),
        Index(
            "uq_review_slots_holder",
            "holder",
            "item_id",
            unique=True,
            sqlite_where=_HELD,
            postgresql_where=_HELD,
        ),
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=BIG_ID)
    item_id: int = Field(sa_type=BIG_ID, foreign_key="review_items.id")
    queue: str
    reason: str
    received_at: datetime = Field(sa_type=UtcDateTime)
    deadline: datetime | None = Field(default=None, sa_type=UtcDateTime)
    predicted: str
    doubt: float
    novelty: float
    rank: float
    lease_id: str | None = None
    holder: str | None = None
    token: int = 0
    expires_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class LeaseRow(SQLModel, table=True):
    """A hold on a slot; rows stay, so that a late answer can be told what happened."""

    __tablename__ = "review_leases"

    id: str = Field(primary_key=True)
    item_id: int = Field(sa_type=BIG_ID, foreign_key="review_items.id", index=True)
    queue: str
    holder: str
    token: int
    expires_at: datetime = Field(sa_type=UtcDateTime)
    sees_model: bool = False
    ended: str | None = None
