"""The training database. Changed only through migrations; a test compares both."""

from datetime import datetime
from typing import ClassVar

from sqlalchemy import BigInteger, Index, Integer, MetaData, Text, UniqueConstraint
from sqlmodel import Field, SQLModel

from shared.database import UtcDateTime

_BigId = BigInteger().with_variant(Integer, "sqlite")
"""SQLite numbers rows by itself only in columns that are called INTEGER."""


class Table(SQLModel):
    """Keeps the retrainer's tables apart from those of other services in one process."""

    metadata: ClassVar[MetaData] = MetaData()


class LedgerRow(Table, table=True):
    """One correction or project file, in the order in which they are learned.

    The unique constraint is the inbox: what came before cannot be recorded again.
    """

    __tablename__ = "retrainer_ledger"
    __table_args__ = (
        UniqueConstraint("kind", "project", "identity", name="uq_retrainer_ledger"),
        Index("ix_retrainer_ledger_project", "project", "position"),
    )

    position: int | None = Field(default=None, primary_key=True, sa_type=_BigId)
    project: str
    kind: str
    identity: str
    sequence: int = Field(sa_type=BigInteger)
    body: str = Field(sa_type=Text)
    at: datetime = Field(sa_type=UtcDateTime)


class VersionRow(Table, table=True):
    """A model version."""

    __tablename__ = "retrainer_versions"

    project: str = Field(primary_key=True)
    version: int = Field(primary_key=True)
    sha256: str
    uri: str
    parent: int | None = None
    position: int = Field(sa_type=BigInteger)
    learned_up_to: int = Field(sa_type=BigInteger)
    metrics: str = Field(sa_type=Text)
    fit: str | None = Field(default=None, sa_type=Text)
    at: datetime = Field(sa_type=UtcDateTime)


class StepRow(Table, table=True):
    """A step in the life of a version; written before it is announced."""

    __tablename__ = "retrainer_steps"
    __table_args__ = (
        Index("ix_retrainer_steps_announced", "announced", "place"),
        Index("ix_retrainer_steps_kind", "project", "kind", "place"),
        Index("ix_retrainer_steps_version", "project", "version", "place"),
    )

    place: int | None = Field(default=None, primary_key=True, sa_type=_BigId)
    project: str
    version: int
    kind: str
    reason: str = Field(sa_type=Text)
    actor: str
    comparison: str = Field(sa_type=Text)
    shadow: str = Field(sa_type=Text)
    announced: bool
    at: datetime = Field(sa_type=UtcDateTime)


class CheckpointRow(Table, table=True):
    """Where a learner's state up to a position is kept, and its hash."""

    __tablename__ = "retrainer_checkpoints"

    project: str = Field(primary_key=True)
    position: int = Field(primary_key=True, sa_type=BigInteger)
    sha256: str
    file: str
