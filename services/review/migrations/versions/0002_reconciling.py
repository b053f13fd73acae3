"""What was accepted and is not routed, and how far the reconciler has come.

Revision ID: 0002
Revises: 0001
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

_MOMENT = sa.DateTime(timezone=True)
_RARE = sa.text("kind = 'automation' OR kind = 'corrected' OR kind = 'model' OR kind = 'project'")


def upgrade() -> None:
    """Create two tables, and an index that only rare kinds of entries pay for."""
    op.create_table(
        "review_accepted",
        sa.Column("project", sa.String, primary_key=True),
        sa.Column("event_id", sa.String, primary_key=True),
        sa.Column("type", sa.String, primary_key=True),
        sa.Column("document", sa.Text, nullable=False),
        sa.Column("at", _MOMENT, nullable=False),
        sa.Column("tries", sa.Integer, nullable=False),
        sa.Column("due_at", _MOMENT, nullable=False),
    )
    op.create_index("ix_review_accepted_at", "review_accepted", ["at"])
    op.create_table(
        "review_marks",
        sa.Column("name", sa.String, primary_key=True),
        sa.Column("value", sa.Text, nullable=False),
    )
    op.create_index(
        "ix_review_ledger_rare",
        "review_ledger",
        ["project", "kind", "sequence"],
        sqlite_where=_RARE,
        postgresql_where=_RARE,
    )


def downgrade() -> None:
    """Drop them."""
    op.drop_index("ix_review_ledger_rare", "review_ledger")
    op.drop_table("review_marks")
    op.drop_table("review_accepted")
