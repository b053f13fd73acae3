"""The decisions of a project in order, page by page.

Revision ID: 0008
Revises: 0007
"""

from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Let the index that counts also know the place."""
    op.drop_index("ix_review_ledger_tally", "review_ledger")
    columns = ["project", "kind", "detail", "sequence"]
    op.create_index("ix_review_ledger_tally", "review_ledger", columns)
