"""Streams that may drift.

Revision ID: 0016
Revises: 0015
"""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"

_BIG_ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """Room for monitors and the alarms they raise."""
    op.create_table(
        "review_monitors",
        sa.Column("project", sa.String, primary_key=True),
        sa.Column("kind", sa.String, primary_key=True),
        sa.Column("subject", sa.String, primary_key=True),
        sa.Column("state", sa.Text, nullable=False),
    )
    op.create_table(
        "review_drift_alarms",
        sa.Column("id", _BIG_ID, primary_key=True),
        sa.Column("project", sa.String, nullable=False),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("subject", sa.String, nullable=False),
        sa.Column("words", sa.Text, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_index("ix_review_drift_alarms_project", "review_drift_alarms", ["project", "id"])


def downgrade() -> None:
    """Forget them; the ledger is observed again from its beginning."""
    op.drop_table("review_drift_alarms")
    op.drop_table("review_monitors")
    op.execute("DELETE FROM review_marks WHERE name = 'observed.drift'")
