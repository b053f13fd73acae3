"""Blocks of automatic decisions under one promise, and the audits that count in them.

Revision ID: 0011
Revises: 0010
"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"

_BIG_ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")
_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Room for blocks, their audits, and answers on the way to them."""
    op.create_table(
        "review_blocks",
        sa.Column("id", _BIG_ID, primary_key=True),
        sa.Column("project", sa.String, nullable=False),
        sa.Column("lane", sa.String, nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("alpha", sa.Float, nullable=False),
        sa.Column("window", sa.Integer, nullable=False),
        sa.Column("delta", sa.Float, nullable=False),
        sa.Column("floor", sa.Float, nullable=False),
        sa.Column("miss_rate", sa.Float, nullable=False),
        sa.Column("accepted", sa.Integer, nullable=False),
        sa.Column("checked", sa.Integer, nullable=False),
        sa.Column("found", sa.Integer, nullable=False),
        sa.Column("pending", sa.Integer, nullable=False),
        sa.Column("versions", sa.String, nullable=False),
        sa.Column("end", sa.String),
        sa.Column("began_at", _MOMENT, nullable=False),
        sa.Column("ended_at", _MOMENT),
        sa.UniqueConstraint("project", "lane", "number", name="uq_review_blocks"),
    )
    op.create_table(
        "review_audits",
        sa.Column("project", sa.String, primary_key=True),
        sa.Column("event_id", sa.String, primary_key=True),
        sa.Column("lane", sa.String, nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("wrong", sa.Boolean),
        sa.Column("answers", sa.Integer, nullable=False),
    )
    op.create_table(
        "review_audit_answers",
        sa.Column("id", _BIG_ID, primary_key=True),
        sa.Column("project", sa.String, nullable=False),
        sa.Column("event_id", sa.String, nullable=False),
        sa.Column("wrong", sa.Boolean),
        sa.Column("at", _MOMENT, nullable=False),
    )
    op.create_index("ix_review_audit_answers_project", "review_audit_answers", ["project", "id"])


def downgrade() -> None:
    """Forget what was promised; the ledger still tells."""
    op.drop_table("review_audit_answers")
    op.drop_table("review_audits")
    op.drop_table("review_blocks")
