"""Requests with an Idempotency-Key, with their outcome and time.

What was remembered before goes: an answer that is said again after the update is known by its
lease.

Revision ID: 0006
Revises: 0005
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Replace the table."""
    op.drop_table("review_answers")
    op.create_table(
        "review_answers",
        sa.Column("key", sa.String, primary_key=True),
        sa.Column("request", sa.Text, nullable=False),
        sa.Column("outcome", sa.Text, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_index("ix_review_answers_at", "review_answers", ["at"])
