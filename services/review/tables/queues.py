"""Items and the holds on them."""

from datetime import datetime

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from services.review.tables.columns import BIG_ID
from shared.database import UtcDateTime


class ItemRow(SQLModel, table=True):
    """An event that waits, or waited, for people; its content stands in the ledger."""

    __tablename__ = "review_items"
    __table_args__ = (
        UniqueConstraint("project", "event_id", name="uq_review_items"),
        Index("ix_review_items_queue", "project", "settled", "id"),
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=BIG_ID)
    project: str
    event_id: str
    reason: str
    received_at: datetime = Field(sa_type=UtcDateTime)
    deadline: datetime | None = Field(default=None, sa_type=UtcDateTime)
    settled: bool = False
    lease_id: str | None = None
    lease_token: int = 0
    lease_expires_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class LeaseRow(SQLModel, table=True):
    """A hold on an item; rows stay, so that a late answer can be told what happened."""

    __tablename__ = "review_leases"

    id: str = Field(primary_key=True)
    item_id: int = Field(sa_type=BIG_ID, foreign_key="review_items.id", index=True)
    holder: str
    token: int
    expires_at: datetime = Field(sa_type=UtcDateTime)
