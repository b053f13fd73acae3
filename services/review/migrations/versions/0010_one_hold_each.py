"""Nobody holds two slots of one item, whatever they claim at the same moment.

Revision ID: 0010
Revises: 0009
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"

_HELD = sa.text("holder IS NOT NULL")


def upgrade() -> None:
    """Let the index by holder refuse a second hold; such a one is freed first."""
    op.execute(
        "UPDATE review_slots SET lease_id = NULL, holder = NULL, expires_at = NULL"
        " WHERE EXISTS (SELECT 1 FROM review_slots AS other"
        " WHERE other.item_id = review_slots.item_id AND other.holder = review_slots.holder"
        " AND other.id < review_slots.id)"
    )
    op.drop_index("ix_review_slots_holder", "review_slots")
    op.create_index(
        "uq_review_slots_holder",
        "review_slots",
        ["holder", "item_id"],
        unique=True,
        sqlite_where=_HELD,
        postgresql_where=_HELD,
    )
