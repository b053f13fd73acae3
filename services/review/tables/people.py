"""Who may call, and what they said."""

from datetime import datetime

from sqlalchemy import Text
from sqlmodel import Field, SQLModel

from shared.database import UtcDateTime


class AnswerRow(SQLModel, table=True):
    """What was answered to a request with an Idempotency-Key."""

    __tablename__ = "review_answers"

    key: str = Field(primary_key=True)
    request: str = Field(sa_type=Text)


class UserRow(SQLModel, table=True):
    """Somebody, or some system, who may call."""

    __tablename__ = "review_users"

    name: str = Field(primary_key=True)
    role: str


class TokenRow(SQLModel, table=True):
    """A secret that proves a user; only its SHA-256 is kept."""

    __tablename__ = "review_tokens"

    digest: str = Field(primary_key=True)
    user: str = Field(foreign_key="review_users.name", index=True)
    kind: str
    expires_at: datetime = Field(sa_type=UtcDateTime)
