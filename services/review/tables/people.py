"""Who may call, and what they said."""

from datetime import datetime

from sqlalchemy import Text
from sqlmodel import Field, SQLModel

from services.review.tables.columns import BIG_ID
from shared.database import UtcDateTime


class AnswerRow(SQLModel, table=True):
    """A request with an Idempotency-Key, and what became of it."""

    __tablename__ = "review_answers"

    key: str = Field(primary_key=True)
    request: str = Field(sa_type=Text)
    outcome: str = Field(sa_type=Text)
    at: datetime = Field(sa_type=UtcDateTime, index=True)


class UserRow(SQLModel, table=True):
    """Somebody, or some system, who may call; `projects` is a JSON list, or null for all."""

    __tablename__ = "review_users"

    name: str = Field(primary_key=True)
    role: str
    projects: str | None = Field(default=None, sa_type=Text)
    disabled_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class TokenRow(SQLModel, table=True):
    """A secret that proves a user; only its SHA-256 is kept."""

    __tablename__ = "review_tokens"

    prefix: str = Field(primary_key=True)
    digest: str
    user: str = Field(foreign_key="review_users.name", index=True)
    kind: str
    description: str
    created_at: datetime = Field(sa_type=UtcDateTime)
    created_by: str
    expires_at: datetime = Field(sa_type=UtcDateTime)
    last_used_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    revoked_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class PasswordRow(SQLModel, table=True):
    """What is kept of a password: its argon2id hash, with parameters and salt."""

    __tablename__ = "review_passwords"

    user: str = Field(primary_key=True, foreign_key="review_users.name")
    kept: str
    changed_at: datetime = Field(sa_type=UtcDateTime)


class AttemptRow(SQLModel, table=True):
    """Wrong passwords for a name or from an address, which stand here as their SHA-256."""

    __tablename__ = "review_attempts"

    key: str = Field(primary_key=True)
    failures: int
    last_at: datetime = Field(sa_type=UtcDateTime)
    blocked_until: datetime = Field(sa_type=UtcDateTime)


class AccessLogRow(SQLModel, table=True):
    """One act about users, tokens or sessions; rows are only ever added."""

    __tablename__ = "review_access_log"

    id: int | None = Field(default=None, primary_key=True, sa_type=BIG_ID)
    at: datetime = Field(sa_type=UtcDateTime)
    actor: str
    act: str
    subject: str
    detail: str = Field(sa_type=Text)
