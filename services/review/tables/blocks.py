"""What was promised of automatic decisions, and the audits that count in it."""

from datetime import datetime

from sqlalchemy import Float, Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from services.review.tables.columns import BIG_ID
from shared.database import UtcDateTime


class BlockRow(SQLModel, table=True):
    """One block of a lane: its terms, and how far it has come."""

    __tablename__ = "review_blocks"
    __table_args__ = (UniqueConstraint("project", "lane", "number", name="uq_review_blocks"),)

    id: int | None = Field(default=None, primary_key=True, sa_type=BIG_ID)
    project: str
    lane: str
    number: int
    alpha: float = Field(sa_type=Float)
    window: int
    delta: float = Field(sa_type=Float)
    floor: float = Field(sa_type=Float)
    miss_rate: float = Field(sa_type=Float)
    accepted: int
    checked: int
    found: int
    pending: int
    versions: str
    """Numbers of model versions, with spaces between them."""
    end: str | None = None
    began_at: datetime = Field(sa_type=UtcDateTime)
    ended_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class AuditRow(SQLModel, table=True):
    """An audit that counts in a block; `wrong` is what the block knows of it."""

    __tablename__ = "review_audits"

    project: str = Field(primary_key=True)
    event_id: str = Field(primary_key=True)
    lane: str
    number: int
    wrong: bool | None = None
    answers: int = 0


class AuditAnswerRow(SQLModel, table=True):
    """What people said of an audit and its block does not know yet; NULL: it was taken back."""

    __tablename__ = "review_audit_answers"
    __table_args__ = (Index("ix_review_audit_answers_project", "project", "id"),)

    id: int | None = Field(default=None, primary_key=True, sa_type=BIG_ID)
    project: str
    event_id: str
    wrong: bool | None = None
    at: datetime = Field(sa_type=UtcDateTime)
