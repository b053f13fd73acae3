"""What votes are held against that are taught before their item is settled.

Revision ID: 0017
Revises: 0016
"""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    """Room for the probabilities, so that they can be unlearned as they were learned."""
    op.add_column("review_votes", sa.Column("held_against", sa.Text))


def downgrade() -> None:
    """Forget them; what was learned by them stays."""
    op.drop_column("review_votes", "held_against")
