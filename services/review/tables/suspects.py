"""Answers that a model contradicts."""

from datetime import datetime

from sqlalchemy import Float, Index, text
from sqlmodel import Field, SQLModel

from shared.database import UtcDateTime

_OPEN = text("sent_at IS NULL")


class SuspectRow(SQLModel, table=True):
    """A settled answer to which the model that had not seen it preferred another."""

    __tablename__ = "review_suspects"
    __table_args__ = (
        Index(
            "ix_review_suspects_open",
            "project",
            "score",
            sqlite_where=_OPEN,
            postgresql_where=_OPEN,
        ),
    )

    project: str = Field(primary_key=True)
    event_id: str = Field(primary_key=True)
    label: str
    likelier: str
    believed: float = Field(sa_type=Float)
    given: float = Field(sa_type=Float)
    score: float = Field(sa_type=Float)
    settled_at: datetime = Field(sa_type=UtcDateTime)
    sent_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    changed: bool = False


class TrustRow(SQLModel, table=True):
    """What the model gives a label where people say so too."""

    __tablename__ = "review_label_trust"

    project: str = Field(primary_key=True)
    label: str = Field(primary_key=True)
    answers: int
    total: float = Field(sa_type=Float)
