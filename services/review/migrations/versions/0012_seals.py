"""Seals over the ledger, and a salt for each entry that hides its personal part.

Revision ID: 0012
Revises: 0011
"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"

_BIG_ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")
_RANDOM = {
    "sqlite": "lower(hex(randomblob(16)))",
    "postgresql": "replace(gen_random_uuid()::text, '-', '')",
}


def upgrade() -> None:
    """Room for seals; entries that are there get their salt now, before anything is sealed."""
    op.add_column("review_ledger", sa.Column("salt", sa.String, nullable=False, server_default=""))
    op.add_column("review_ledger", sa.Column("erased", sa.String))
    random = _RANDOM[op.get_bind().dialect.name]
    op.execute(f"UPDATE review_ledger SET salt = {random}")  # noqa: S608 - one of those above
    op.create_table(
        "review_seals",
        sa.Column("number", _BIG_ID, primary_key=True, autoincrement=False),
        sa.Column("last", _BIG_ID, nullable=False),
        sa.Column("document", sa.Text, nullable=False),
        sa.Column("signature", sa.String, nullable=False),
        sa.Column("leaves", sa.LargeBinary, nullable=False),
        sa.UniqueConstraint("last", name="uq_review_seals"),
    )


def downgrade() -> None:
    """Forget the seals; the ledger stays."""
    op.drop_table("review_seals")
    op.drop_column("review_ledger", "erased")
    op.drop_column("review_ledger", "salt")
