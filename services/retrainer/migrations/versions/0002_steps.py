"""What became of a version is told by its steps.

Revision ID: 0002
Revises: 0001
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

_BIG_ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")
_MOMENT = sa.DateTime(timezone=True)
_FIRST_STEPS = """
    INSERT INTO retrainer_steps
        (project, version, kind, reason, actor, comparison, announced, at)
    SELECT project, version,
        CASE WHEN rejected THEN 'model.rejected.v1' ELSE 'model.promoted.v1' END,
        reason, 'retrainer', '[]', announced, at
    FROM retrainer_versions ORDER BY project, version
"""
_LAST_STEPS = """
    UPDATE retrainer_versions SET
        reason = COALESCE((
            SELECT reason FROM retrainer_steps AS s
            WHERE s.project = retrainer_versions.project AND s.version = retrainer_versions.version
            ORDER BY place DESC LIMIT 1
        ), ''),
        rejected = NOT EXISTS (
            SELECT 1 FROM retrainer_steps AS s
            WHERE s.project = retrainer_versions.project AND s.version = retrainer_versions.version
            AND s.kind = 'model.promoted.v1'
        )
"""


def upgrade() -> None:
    """Room for steps; what was said of each version becomes its first."""
    op.create_table(
        "retrainer_steps",
        sa.Column("place", _BIG_ID, primary_key=True),
        sa.Column("project", sa.String, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("actor", sa.String, nullable=False),
        sa.Column("comparison", sa.Text, nullable=False),
        sa.Column("announced", sa.Boolean, nullable=False),
        sa.Column("at", _MOMENT, nullable=False),
    )
    indexes = {
        "announced": ["announced", "place"],
        "kind": ["project", "kind", "place"],
        "version": ["project", "version", "place"],
    }
    for name, columns in indexes.items():
        op.create_index(f"ix_retrainer_steps_{name}", "retrainer_steps", columns)
    op.execute(_FIRST_STEPS)
    op.drop_index("ix_retrainer_versions_announced", "retrainer_versions")
    for name in ("reason", "rejected", "announced"):
        op.drop_column("retrainer_versions", name)
    op.add_column("retrainer_versions", sa.Column("fit", sa.Text))


def downgrade() -> None:
    """Only whether a version was ever promoted is kept."""
    op.drop_column("retrainer_versions", "fit")
    for column in (
        sa.Column("reason", sa.Text, nullable=False, server_default=""),
        sa.Column("rejected", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("announced", sa.Boolean, nullable=False, server_default=sa.true()),
    ):
        op.add_column("retrainer_versions", column)
    op.execute(_LAST_STEPS)
    op.create_index(
        "ix_retrainer_versions_announced",
        "retrainer_versions",
        ["announced", "project", "version"],
    )
    op.drop_table("retrainer_steps")
