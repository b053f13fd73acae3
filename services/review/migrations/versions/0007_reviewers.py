"""What is known of reviewers.

Revision ID: 0007
Revises: 0006
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Skills and standing of reviewers, and which votes have taught them."""
    op.create_table(
        "review_reviewers",
        sa.Column("project", sa.String, primary_key=True),
        sa.Column("reviewer", sa.String, primary_key=True),
        sa.Column("skill", sa.Text, nullable=False),
        sa.Column("evidence_right", sa.Float, nullable=False),
        sa.Column("evidence_answered", sa.Float, nullable=False),
        sa.Column("shown", sa.Integer, nullable=False),
        sa.Column("shown_agreed", sa.Integer, nullable=False),
        sa.Column("hidden", sa.Integer, nullable=False),
        sa.Column("hidden_agreed", sa.Integer, nullable=False),
        sa.Column("state", sa.String, nullable=False),
        sa.Column("since", _MOMENT),
        sa.Column("by", sa.String),
        sa.Column("reason", sa.Text),
    )
    op.create_index("ix_review_reviewers_state", "review_reviewers", ["state"])
    op.add_column(
        "review_votes", sa.Column("taught", sa.Boolean, nullable=False, server_default=sa.false())
    )


def downgrade() -> None:
    """Forget what is known of reviewers."""
    op.drop_column("review_votes", "taught")
    op.drop_table("review_reviewers")
