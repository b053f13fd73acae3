"""Counts of events by slice.

Revision ID: 0015
Revises: 0014
"""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"

_BIG_ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """Room for counts; events are counted from now on."""
    op.create_table(
        "review_slice_counts",
        sa.Column("project", sa.String, primary_key=True),
        sa.Column("slice", sa.String, primary_key=True),
        sa.Column("value", sa.String, primary_key=True),
        sa.Column("predicted", sa.String, primary_key=True),
        sa.Column("truth", sa.String, primary_key=True),
        sa.Column("events", _BIG_ID, nullable=False),
        sa.Column("auto", _BIG_ID, nullable=False),
        sa.Column("weight", sa.Float, nullable=False),
        sa.Column("squares", sa.Float, nullable=False),
    )


def downgrade() -> None:
    """Forget counts; the ledger is observed again from its beginning."""
    op.drop_table("review_slice_counts")
    op.execute("DELETE FROM review_marks WHERE name = 'observed.slices'")
