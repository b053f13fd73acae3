"""The append-only record."""

from datetime import datetime

from sqlalchemy import Index, Text, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from services.review.tables.columns import BIG_ID
from shared.database import UtcDateTime

RARE_KINDS = ("automation", "corrected", "model", "project")
"""Kinds of ledger entries that are looked up by their place; the others are far too many."""

_IS_RARE = text(" OR ".join(f"kind = '{kind}'" for kind in RARE_KINDS))
"""Written as SQLite needs it to see that `kind = 'model'` is among them."""


class LedgerRow(SQLModel, table=True):
    """One entry of the append-only record."""

    __tablename__ = "review_ledger"
    __table_args__ = (
        UniqueConstraint("project", "kind", "subject", "revision", name="uq_review_ledger"),
        Index("ix_review_ledger_tally", "project", "kind", "detail", "sequence"),
        Index(
            "ix_review_ledger_rare",
            "project",
            "kind",
            "sequence",
            sqlite_where=_IS_RARE,
            postgresql_where=_IS_RARE,
        ),
    )

    sequence: int | None = Field(default=None, primary_key=True, sa_type=BIG_ID)
    project: str
    kind: str
    subject: str
    revision: int
    detail: str
    body: str = Field(sa_type=Text)
    at: datetime = Field(sa_type=UtcDateTime)
    salt: str = Field(default="", sa_column_kwargs={"server_default": ""})
    """Hides the personal part in the entry's hash; empty once that is erased."""
    erased: str | None = None
    """The commitment to the personal part that was erased."""
