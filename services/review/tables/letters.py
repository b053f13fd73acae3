"""What could not be processed."""

from datetime import datetime

from sqlalchemy import Index, LargeBinary, Text, UniqueConstraint
from sqlmodel import Field, SQLModel

from services.review.tables.columns import BIG_ID
from shared.database import UtcDateTime


class DeadLetterRow(SQLModel, table=True):
    """What could not be processed, whole, and what became of it."""

    __tablename__ = "review_dead_letters"
    __table_args__ = (
        UniqueConstraint("document_id", name="uq_review_dead_letters"),
        Index("ix_review_dead_letters_kind", "state", "project", "reason"),
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=BIG_ID)
    document_id: str
    project: str
    stream: str
    entry_id: str
    reason: str
    error: str
    message: str = Field(sa_type=Text)
    attempts: int
    size: int
    original: bytes = Field(sa_type=LargeBinary)
    at: datetime = Field(sa_type=UtcDateTime)
    state: str
    settled_by: str | None = None
    settled_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    settle_reason: str | None = Field(default=None, sa_type=Text)
