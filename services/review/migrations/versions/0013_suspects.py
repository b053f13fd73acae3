"""Suspected label errors.

Revision ID: 0013
Revises: 0012
"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"

_MOMENT = sa.DateTime(timezone=True)
_OPEN = sa.text("sent_at IS NULL")


def upgrade() -> None:
    """Room for answers that a model contradicts, and for how far it is usually believed."""
    op.create_table(
        "review_suspects",
        sa.Column("project", sa.String, primary_key=True),
        sa.Column("event_id", sa.String, primary_key=True),
        sa.Column("label", sa.String, nullable=False),
        sa.Column("likelier", sa.String, nullable=False),
        sa.Column("believed", sa.Float, nullable=False),
        sa.Column("given", sa.Float, nullable=False),
        sa.Column("score", sa.Float, nullable=False),
        sa.Column("settled_at", _MOMENT, nullable=False),
        sa.Column("sent_at", _MOMENT),
        sa.Column("changed", sa.Boolean, nullable=False),
    )
    op.create_index(
        "ix_review_suspects_open",
        "review_suspects",
        ["project", "score"],
        sqlite_where=_OPEN,
        postgresql_where=_OPEN,
    )
    op.create_table(
        "review_label_trust",
        sa.Column("project", sa.String, primary_key=True),
        sa.Column("label", sa.String, primary_key=True),
        sa.Column("answers", sa.Integer, nullable=False),
        sa.Column("total", sa.Float, nullable=False),
    )


def downgrade() -> None:
    """Forget suspects; the ledger is observed again from its beginning."""
    op.drop_table("review_label_trust")
    op.drop_table("review_suspects")
    op.execute("DELETE FROM review_marks WHERE name = 'observed.suspects'")
