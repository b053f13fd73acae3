"""What people answered, and what they are through with."""

from datetime import datetime

from sqlalchemy import Index, Text, UniqueConstraint
from sqlmodel import Field, SQLModel

from services.review.tables.columns import BIG_ID
from shared.database import UtcDateTime


class VoteRow(SQLModel, table=True):
    """One answer of one person; never changed but for its state."""

    __tablename__ = "review_votes"
    __table_args__ = (
        UniqueConstraint("item_id", "number", name="uq_review_votes"),
        Index("ix_review_votes_reviewer", "reviewer", "at"),
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=BIG_ID)
    item_id: int = Field(sa_type=BIG_ID, foreign_key="review_items.id")
    round: int
    number: int
    reviewer: str
    label: str
    reason_code: str | None = None
    comment: str | None = Field(default=None, sa_type=Text)
    seconds_spent: float | None = None
    at: datetime = Field(sa_type=UtcDateTime)
    lease_id: str = Field(index=True)
    saw_model: bool
    state: str
    taught: bool = False
    held_against: str | None = Field(default=None, sa_type=Text)


class ThroughRow(SQLModel, table=True):
    """A person is through with an item: it is not shown to them again."""

    __tablename__ = "review_through"

    item_id: int = Field(primary_key=True, sa_type=BIG_ID, foreign_key="review_items.id")
    reviewer: str = Field(primary_key=True)
    because: str
    reason: str | None = Field(default=None, sa_type=Text)
    at: datetime = Field(sa_type=UtcDateTime)


class DraftRow(SQLModel, table=True):
    """What a person had begun to answer, or answered too late."""

    __tablename__ = "review_drafts"

    item_id: int = Field(primary_key=True, sa_type=BIG_ID, foreign_key="review_items.id")
    reviewer: str = Field(primary_key=True)
    label: str | None = None
    comment: str | None = Field(default=None, sa_type=Text)
    at: datetime = Field(sa_type=UtcDateTime)
