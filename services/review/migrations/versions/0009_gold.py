"""Gold: events whose answer is known, and who was given them.

Revision ID: 0009
Revises: 0008
"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"

_BIG_ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")
_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Room for gold, for each person's turns with it, and for how many items somebody was given."""
    op.create_table(
        "review_gold",
        sa.Column("id", _BIG_ID, primary_key=True),
        sa.Column("project", sa.String, nullable=False),
        sa.Column("event_id", sa.String, nullable=False),
        sa.Column("label", sa.String, nullable=False),
        sa.Column("explanation", sa.Text),
        sa.Column("added_by", sa.String, nullable=False),
        sa.Column("at", _MOMENT, nullable=False),
        sa.Column("active", sa.Boolean, nullable=False),
        sa.UniqueConstraint("project", "event_id", name="uq_review_gold"),
    )
    op.create_table(
        "review_gold_answers",
        sa.Column("id", _BIG_ID, primary_key=True),
        sa.Column("gold_id", _BIG_ID, sa.ForeignKey("review_gold.id"), nullable=False),
        sa.Column("project", sa.String, nullable=False),
        sa.Column("reviewer", sa.String, nullable=False),
        sa.Column("purpose", sa.String, nullable=False),
        sa.Column("item_id", _BIG_ID, sa.ForeignKey("review_items.id")),
        sa.Column("shown_at", _MOMENT, nullable=False),
        sa.Column("label", sa.String),
        sa.Column("decided", sa.Boolean, nullable=False),
        sa.Column("lease_id", sa.String),
        sa.Column("at", _MOMENT),
        sa.UniqueConstraint("gold_id", "reviewer", name="uq_review_gold_answers"),
    )
    op.create_index("ix_review_gold_answers_item_id", "review_gold_answers", ["item_id"])
    op.create_index(
        "ix_review_gold_answers_reviewer", "review_gold_answers", ["project", "reviewer", "at"]
    )
    op.add_column(
        "review_reviewers", sa.Column("dealt", sa.Integer, nullable=False, server_default="0")
    )


def downgrade() -> None:
    """Forget gold; copies that somebody holds stay, and nobody is given them."""
    op.drop_column("review_reviewers", "dealt")
    op.drop_table("review_gold_answers")
    op.drop_table("review_gold")
