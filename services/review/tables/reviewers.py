"""What is known of reviewers."""

from datetime import datetime

from sqlalchemy import Text
from sqlmodel import Field, SQLModel

from shared.database import UtcDateTime


class ReviewerRow(SQLModel, table=True):
    """A reviewer in a project: skill, standing, and what they do when they see the model."""

    __tablename__ = "review_reviewers"

    project: str = Field(primary_key=True)
    reviewer: str = Field(primary_key=True)
    skill: str = Field(sa_type=Text)
    evidence_right: float
    evidence_answered: float
    shown: int
    shown_agreed: int
    hidden: int
    hidden_agreed: int
    dealt: int
    state: str = Field(index=True)
    since: datetime | None = Field(default=None, sa_type=UtcDateTime)
    by: str | None = None
    reason: str | None = Field(default=None, sa_type=Text)
