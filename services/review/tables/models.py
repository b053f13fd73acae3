"""What each model version is now; what led to it is in the record."""

from datetime import datetime

from sqlalchemy import Index, Text
from sqlmodel import Field, SQLModel

from shared.database import UtcDateTime


class ModelRow(SQLModel, table=True):
    """A model version."""

    __tablename__ = "review_models"
    __table_args__ = (Index("ix_review_models_state", "project", "state", "version"),)

    project: str = Field(primary_key=True)
    version: int = Field(primary_key=True)
    state: str
    told: str = Field(sa_type=Text)
    at: datetime = Field(sa_type=UtcDateTime)
    verdict: str | None = None
    decided_by: str | None = None
    decided_reason: str | None = Field(default=None, sa_type=Text)
    decided_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    decisions: int = 0
