"""The first schema.

Revision ID: 0001
Revises:
"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

_BIG_ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")
_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Create all tables."""
    op.create_table(
        "retrainer_ledger",
        sa.Column("position", _BIG_ID, primary_key=True),
        sa.Column("project", sa.String, nullable=False),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("identity", sa.String, nullable=False),
        sa.Column("sequence", sa.BigInteger, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("at", _MOMENT, nullable=False),
        sa.UniqueConstraint("kind", "project", "identity", name="uq_retrainer_ledger"),
    )
    op.create_index("ix_retrainer_ledger_project", "retrainer_ledger", ["project", "position"])
    op.create_table(
        "retrainer_versions",
        sa.Column("project", sa.String, primary_key=True),
        sa.Column("version", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("sha256", sa.String, nullable=False),
        sa.Column("uri", sa.String, nullable=False),
        sa.Column("parent", sa.Integer),
        sa.Column("position", sa.BigInteger, nullable=False),
        sa.Column("learned_up_to", sa.BigInteger, nullable=False),
        sa.Column("metrics", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("rejected", sa.Boolean, nullable=False),
        sa.Column("announced", sa.Boolean, nullable=False),
        sa.Column("at", _MOMENT, nullable=False),
    )
    op.create_index(
        "ix_retrainer_versions_announced",
        "retrainer_versions",
        ["announced", "project", "version"],
    )
    op.create_table(
        "retrainer_checkpoints",
        sa.Column("project", sa.String, primary_key=True),
        sa.Column("position", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("sha256", sa.String, nullable=False),
        sa.Column("file", sa.String, nullable=False),
    )


def downgrade() -> None:
    """Drop all tables."""
    for table in ("retrainer_checkpoints", "retrainer_versions", "retrainer_ledger"):
        op.drop_table(table)
