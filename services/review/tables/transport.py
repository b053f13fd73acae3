"""What came in, what must leave, and how far both have come."""

from datetime import datetime

from sqlalchemy import Index, Text
from sqlmodel import Field, SQLModel

from services.review.tables.columns import BIG_ID
from shared.database import UtcDateTime


class OutboxRow(SQLModel, table=True):
    """A document that must leave; written with its cause, deleted once Redis has it."""

    __tablename__ = "review_outbox"

    id: int | None = Field(default=None, primary_key=True, sa_type=BIG_ID)
    stream: str
    document: str = Field(sa_type=Text)


class AcceptedRow(SQLModel, table=True):
    """An event that was accepted over HTTP and is not routed yet."""

    __tablename__ = "review_accepted"
    __table_args__ = (Index("ix_review_accepted_at", "at"),)

    project: str = Field(primary_key=True)
    event_id: str = Field(primary_key=True)
    type: str = Field(primary_key=True)
    document: str = Field(sa_type=Text)
    at: datetime = Field(sa_type=UtcDateTime)
    tries: int = 0
    due_at: datetime = Field(sa_type=UtcDateTime)


class MarkRow(SQLModel, table=True):
    """How far something has come, or what was last seen."""

    __tablename__ = "review_marks"

    name: str = Field(primary_key=True)
    value: str = Field(sa_type=Text)
