"""What candidates said of the answers on which they were compared.

Revision ID: 0003
Revises: 0002
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Room for it; of steps before nothing is known."""
    op.add_column(
        "retrainer_steps", sa.Column("shadow", sa.Text, nullable=False, server_default="[]")
    )


def downgrade() -> None:
    """Forget it."""
    op.drop_column("retrainer_steps", "shadow")
