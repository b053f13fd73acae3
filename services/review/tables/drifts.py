"""Streams that may drift."""

from datetime import datetime

from sqlalchemy import Index, Text
from sqlmodel import Field, SQLModel

from services.review.tables.columns import BIG_ID
from shared.database import UtcDateTime


class MonitorRow(SQLModel, table=True):
    """What is known of one stream: a JSON document."""

    __tablename__ = "review_monitors"

    project: str = Field(primary_key=True)
    kind: str = Field(primary_key=True)
    subject: str = Field(primary_key=True)
    state: str = Field(sa_type=Text)


class DriftAlarmRow(SQLModel, table=True):
    """A stream was found not to be what it was."""

    __tablename__ = "review_drift_alarms"
    __table_args__ = (Index("ix_review_drift_alarms_project", "project", "id"),)

    id: int | None = Field(default=None, primary_key=True, sa_type=BIG_ID)
    project: str
    kind: str
    subject: str
    words: str = Field(sa_type=Text)
    at: datetime = Field(sa_type=UtcDateTime)
