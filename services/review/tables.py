"""The review database. Changed only through migrations; a test compares both."""

from datetime import datetime

from sqlalchemy import BigInteger, Index, Integer, LargeBinary, Text, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from shared.database import UtcDateTime

_BigId = BigInteger().with_variant(Integer, "sqlite")
"""SQLite numbers rows by itself only in columns that are called INTEGER."""

RARE_KINDS = ("automation", "corrected", "model", "project")
"""Kinds of ledger entries that are looked up by their place; the others are far too many."""

_IS_RARE = text(" OR ".join(f"kind = '{kind}'" for kind in RARE_KINDS))
"""Written as SQLite needs it to see that `kind = 'model'` is among them."""


class LedgerRow(SQLModel, table=True):
    """One entry of the append-only record."""

    __tablename__ = "review_ledger"
    __table_args__ = (
        UniqueConstraint("project", "kind", "subject", "revision", name="uq_review_ledger"),
        Index("ix_review_ledger_tally", "project", "kind", "detail"),
        Index(
            "ix_review_ledger_rare",
            "project",
            "kind",
            "sequence",
            sqlite_where=_IS_RARE,
            postgresql_where=_IS_RARE,
        ),
    )

    sequence: int | None = Field(default=None, primary_key=True, sa_type=_BigId)
    project: str
    kind: str
    subject: str
    revision: int
    detail: str
    body: str = Field(sa_type=Text)
    at: datetime = Field(sa_type=UtcDateTime)


class ItemRow(SQLModel, table=True):
    """An event that waits, or waited, for people; its content stands in the ledger."""

    __tablename__ = "review_items"
    __table_args__ = (
        UniqueConstraint("project", "event_id", name="uq_review_items"),
        Index("ix_review_items_queue", "project", "settled", "id"),
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=_BigId)
    project: str
    event_id: str
    reason: str
    received_at: datetime = Field(sa_type=UtcDateTime)
    deadline: datetime | None = Field(default=None, sa_type=UtcDateTime)
    settled: bool = False
    lease_id: str | None = None
    lease_token: int = 0
    lease_expires_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class LeaseRow(SQLModel, table=True):
    """A hold on an item; rows stay, so that a late answer can be told what happened."""

    __tablename__ = "review_leases"

    id: str = Field(primary_key=True)
    item_id: int = Field(sa_type=_BigId, foreign_key="review_items.id", index=True)
    holder: str
    token: int
    expires_at: datetime = Field(sa_type=UtcDateTime)


class OutboxRow(SQLModel, table=True):
    """A document that must leave; written with its cause, deleted once Redis has it."""

    __tablename__ = "review_outbox"

    id: int | None = Field(default=None, primary_key=True, sa_type=_BigId)
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


class ProjectRow(SQLModel, table=True):
    """A project's file in force, and whether automation is stopped."""

    __tablename__ = "review_projects"

    name: str = Field(primary_key=True)
    configuration: str = Field(sa_type=Text)
    policy_version: int
    stopped: bool = False


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


class DeadLetterRow(SQLModel, table=True):
    """What could not be processed, whole, and what became of it."""

    __tablename__ = "review_dead_letters"
    __table_args__ = (
        UniqueConstraint("document_id", name="uq_review_dead_letters"),
        Index("ix_review_dead_letters_kind", "state", "project", "reason"),
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=_BigId)
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
