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
        "review_ledger",
        sa.Column("sequence", _BIG_ID, primary_key=True),
        sa.Column("project", sa.String, nullable=False),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("subject", sa.String, nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("detail", sa.String, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("at", _MOMENT, nullable=False),
        sa.UniqueConstraint("project", "kind", "subject", "revision", name="uq_review_ledger"),
    )
    op.create_index("ix_review_ledger_tally", "review_ledger", ["project", "kind", "detail"])
    op.create_table(
        "review_items",
        sa.Column("id", _BIG_ID, primary_key=True),
        sa.Column("project", sa.String, nullable=False),
        sa.Column("event_id", sa.String, nullable=False),
        sa.Column("reason", sa.String, nullable=False),
        sa.Column("received_at", _MOMENT, nullable=False),
        sa.Column("deadline", _MOMENT),
        sa.Column("settled", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("lease_id", sa.String),
        sa.Column("lease_token", sa.Integer, nullable=False, server_default="0"),
        sa.Column("lease_expires_at", _MOMENT),
        sa.UniqueConstraint("project", "event_id", name="uq_review_items"),
    )
    op.create_index("ix_review_items_queue", "review_items", ["project", "settled", "id"])
    op.create_table(
        "review_leases",
        sa.Column("id", sa.String, primary_key=True),
        sa.Column("item_id", _BIG_ID, sa.ForeignKey("review_items.id"), nullable=False),
        sa.Column("holder", sa.String, nullable=False),
        sa.Column("token", sa.Integer, nullable=False),
        sa.Column("expires_at", _MOMENT, nullable=False),
    )
    op.create_index("ix_review_leases_item_id", "review_leases", ["item_id"])
    op.create_table(
        "review_outbox",
        sa.Column("id", _BIG_ID, primary_key=True),
        sa.Column("stream", sa.String, nullable=False),
        sa.Column("document", sa.Text, nullable=False),
    )
    op.create_table(
        "review_projects",
        sa.Column("name", sa.String, primary_key=True),
        sa.Column("configuration", sa.Text, nullable=False),
        sa.Column("policy_version", sa.Integer, nullable=False),
        sa.Column("stopped", sa.Boolean, nullable=False),
    )
    op.create_table(
        "review_answers",
        sa.Column("key", sa.String, primary_key=True),
        sa.Column("request", sa.Text, nullable=False),
    )
    op.create_table(
        "review_users",
        sa.Column("name", sa.String, primary_key=True),
        sa.Column("role", sa.String, nullable=False),
    )
    op.create_table(
        "review_tokens",
        sa.Column("digest", sa.String, primary_key=True),
        sa.Column("user", sa.String, sa.ForeignKey("review_users.name"), nullable=False),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("expires_at", _MOMENT, nullable=False),
    )
    op.create_index("ix_review_tokens_user", "review_tokens", ["user"])


def downgrade() -> None:
    """There is nothing before the first schema."""
    raise RuntimeError("the first schema cannot be downgraded; restore a backup instead")
