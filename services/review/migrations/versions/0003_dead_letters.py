"""Dead letters, kept for people.

Revision ID: 0003
Revises: 0002
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

_BIG_ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")
_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "review_dead_letters",
        sa.Column("id", _BIG_ID, primary_key=True),
        sa.Column("document_id", sa.String, nullable=False),
        sa.Column("project", sa.String, nullable=False),
        sa.Column("stream", sa.String, nullable=False),
        sa.Column("entry_id", sa.String, nullable=False),
        sa.Column("reason", sa.String, nullable=False),
        sa.Column("error", sa.String, nullable=False),
        sa.Column("message", sa.Text, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("size", sa.Integer, nullable=False),
        sa.Column("original", sa.LargeBinary, nullable=False),
        sa.Column("at", _MOMENT, nullable=False),
        sa.Column("state", sa.String, nullable=False),
        sa.Column("settled_by", sa.String),
        sa.Column("settled_at", _MOMENT),
        sa.Column("settle_reason", sa.Text),
        sa.UniqueConstraint("document_id", name="uq_review_dead_letters"),
    )
    op.create_index(
        "ix_review_dead_letters_kind", "review_dead_letters", ["state", "project", "reason"]
    )


def downgrade() -> None:
    """Forget the dead letters: those that wait are lost, so settle them first."""
    op.drop_table("review_dead_letters")
