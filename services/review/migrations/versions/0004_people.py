"""People's projects and passwords, tokens with a public prefix, and the access log.

Tokens and sessions made before have no prefix and end here: make new ones.

Revision ID: 0004
Revises: 0003
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

_BIG_ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")
_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Add the columns and the tables; replace the table of tokens."""
    op.add_column("review_users", sa.Column("projects", sa.Text))
    op.add_column("review_users", sa.Column("disabled_at", _MOMENT))
    op.drop_table("review_tokens")
    op.create_table(
        "review_tokens",
        sa.Column("prefix", sa.String, primary_key=True),
        sa.Column("digest", sa.String, nullable=False),
        sa.Column("user", sa.String, sa.ForeignKey("review_users.name"), nullable=False),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("description", sa.String, nullable=False),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.Column("created_by", sa.String, nullable=False),
        sa.Column("expires_at", _MOMENT, nullable=False),
        sa.Column("last_used_at", _MOMENT),
        sa.Column("revoked_at", _MOMENT),
    )
    op.create_index("ix_review_tokens_user", "review_tokens", ["user"])
    op.create_table(
        "review_passwords",
        sa.Column("user", sa.String, sa.ForeignKey("review_users.name"), primary_key=True),
        sa.Column("kept", sa.String, nullable=False),
        sa.Column("changed_at", _MOMENT, nullable=False),
    )
    op.create_table(
        "review_attempts",
        sa.Column("key", sa.String, primary_key=True),
        sa.Column("failures", sa.Integer, nullable=False),
        sa.Column("last_at", _MOMENT, nullable=False),
        sa.Column("blocked_until", _MOMENT, nullable=False),
    )
    op.create_table(
        "review_access_log",
        sa.Column("id", _BIG_ID, primary_key=True),
        sa.Column("at", _MOMENT, nullable=False),
        sa.Column("actor", sa.String, nullable=False),
        sa.Column("act", sa.String, nullable=False),
        sa.Column("subject", sa.String, nullable=False),
        sa.Column("detail", sa.Text, nullable=False),
    )


def downgrade() -> None:
    """Forget tokens, passwords, the access log, and who is disabled or sees which projects."""
    for table in ("review_access_log", "review_attempts", "review_passwords"):
        op.drop_table(table)
    op.drop_table("review_tokens")
    op.create_table(
        "review_tokens",
        sa.Column("digest", sa.String, primary_key=True),
        sa.Column("user", sa.String, sa.ForeignKey("review_users.name"), nullable=False),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("expires_at", _MOMENT, nullable=False),
    )
    op.create_index("ix_review_tokens_user", "review_tokens", ["user"])
    op.drop_column("review_users", "disabled_at")
    op.drop_column("review_users", "projects")
