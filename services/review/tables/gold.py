"""Events whose answer is known, and who was given them."""

from datetime import datetime

from sqlalchemy import Index, Text, UniqueConstraint
from sqlmodel import Field, SQLModel

from services.review.tables.columns import BIG_ID
from shared.database import UtcDateTime


class GoldRow(SQLModel, table=True):
    """An event that a lead made gold."""

    __tablename__ = "review_gold"
    __table_args__ = (UniqueConstraint("project", "event_id", name="uq_review_gold"),)

    id: int | None = Field(default=None, primary_key=True, sa_type=BIG_ID)
    project: str
    event_id: str
    label: str
    explanation: str | None = Field(default=None, sa_type=Text)
    added_by: str
    at: datetime = Field(sa_type=UtcDateTime)
    active: bool


class GoldAnswerRow(SQLModel, table=True):
    """One person's turn with a gold item, answered or not."""

    __tablename__ = "review_gold_answers"
    __table_args__ = (
        UniqueConstraint("gold_id", "reviewer", name="uq_review_gold_answers"),
        Index("ix_review_gold_answers_reviewer", "project", "reviewer", "at"),
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=BIG_ID)
    gold_id: int = Field(sa_type=BIG_ID, foreign_key="review_gold.id")
    project: str
    reviewer: str
    purpose: str
    item_id: int | None = Field(
        default=None, sa_type=BIG_ID, foreign_key="review_items.id", index=True
    )
    shown_at: datetime = Field(sa_type=UtcDateTime)
    label: str | None = None
    decided: bool
    lease_id: str | None = None
    at: datetime | None = Field(default=None, sa_type=UtcDateTime)
