"""Slots, votes, and what people are through with.

Revision ID: 0005
Revises: 0004
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

_BIG_ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")
_MOMENT = sa.DateTime(timezone=True)
_ITEM = "review_items.id"


def upgrade() -> None:
    """Give each waiting item a slot; what was held is free again."""
    _widen_items()
    _create_slots()
    op.execute(
        f"UPDATE review_items SET queue = project, rank = {_seconds('received_at')},"  # noqa: S608
        " decisions = CASE WHEN settled THEN 1 ELSE 0 END"
    )
    op.execute(
        "INSERT INTO review_slots (item_id, queue, reason, received_at, deadline, predicted,"
        " doubt, novelty, rank, token) SELECT id, queue, reason, received_at, deadline, predicted,"
        " doubt, novelty, rank, lease_token FROM review_items WHERE NOT settled"
    )
    op.drop_index("ix_review_items_queue", "review_items")
    for column in ("lease_id", "lease_token", "lease_expires_at"):
        op.drop_column("review_items", column)
    _index_items()
    op.add_column("review_leases", sa.Column("queue", sa.String, nullable=False, server_default=""))
    op.add_column(
        "review_leases",
        sa.Column("sees_model", sa.Boolean, nullable=False, server_default=sa.false()),
    )
    op.add_column("review_leases", sa.Column("ended", sa.String))
    _create_votes()


def _seconds(column: str) -> str:
    if op.get_bind().dialect.name == "postgresql":
        return f"extract(epoch from {column})"
    return f"((julianday({column}) - 2440587.5) * 86400.0)"


def _widen_items() -> None:
    columns = (
        sa.Column("queue", sa.String, nullable=False, server_default=""),
        sa.Column("stage", sa.String, nullable=False, server_default="routed"),
        sa.Column("late", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("round", sa.Integer, nullable=False, server_default="1"),
        sa.Column("votes", sa.Integer, nullable=False, server_default="0"),
        sa.Column("decisions", sa.Integer, nullable=False, server_default="0"),
        sa.Column("label", sa.String),
        sa.Column("predicted", sa.String, nullable=False, server_default=""),
        sa.Column("doubt", sa.Float, nullable=False, server_default="0.5"),
        sa.Column("novelty", sa.Float, nullable=False, server_default="0"),
        sa.Column("rank", sa.Float, nullable=False, server_default="0"),
    )
    for column in columns:
        op.add_column("review_items", column)


def _create_slots() -> None:
    op.create_table(
        "review_slots",
        sa.Column("id", _BIG_ID, primary_key=True),
        sa.Column("item_id", _BIG_ID, sa.ForeignKey(_ITEM), nullable=False),
        sa.Column("queue", sa.String, nullable=False),
        sa.Column("reason", sa.String, nullable=False),
        sa.Column("received_at", _MOMENT, nullable=False),
        sa.Column("deadline", _MOMENT),
        sa.Column("predicted", sa.String, nullable=False),
        sa.Column("doubt", sa.Float, nullable=False),
        sa.Column("novelty", sa.Float, nullable=False),
        sa.Column("rank", sa.Float, nullable=False),
        sa.Column("lease_id", sa.String),
        sa.Column("holder", sa.String),
        sa.Column("token", sa.Integer, nullable=False),
        sa.Column("expires_at", _MOMENT),
    )
    _partial("ix_review_slots_free", "review_slots", ["queue", "rank", "id"], "lease_id IS NULL")
    _partial(
        "ix_review_slots_urgent",
        "review_slots",
        ["queue", "deadline"],
        "lease_id IS NULL AND deadline IS NOT NULL",
    )
    _partial(
        "ix_review_slots_leased", "review_slots", ["queue", "expires_at"], "lease_id IS NOT NULL"
    )
    op.create_index("ix_review_slots_item", "review_slots", ["item_id"])
    _partial("ix_review_slots_holder", "review_slots", ["holder"], "holder IS NOT NULL")


def _index_items() -> None:
    _partial("ix_review_items_open", "review_items", ["queue", "received_at"], "NOT settled")
    _partial(
        "ix_review_items_due",
        "review_items",
        ["deadline"],
        "NOT settled AND NOT late AND deadline IS NOT NULL",
    )
    op.create_index("ix_review_items_label", "review_items", ["project", "label"])


def _create_votes() -> None:
    op.create_table(
        "review_votes",
        sa.Column("id", _BIG_ID, primary_key=True),
        sa.Column("item_id", _BIG_ID, sa.ForeignKey(_ITEM), nullable=False),
        sa.Column("round", sa.Integer, nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("reviewer", sa.String, nullable=False),
        sa.Column("label", sa.String, nullable=False),
        sa.Column("reason_code", sa.String),
        sa.Column("comment", sa.Text),
        sa.Column("seconds_spent", sa.Float),
        sa.Column("at", _MOMENT, nullable=False),
        sa.Column("lease_id", sa.String, nullable=False),
        sa.Column("saw_model", sa.Boolean, nullable=False),
        sa.Column("state", sa.String, nullable=False),
        sa.UniqueConstraint("item_id", "number", name="uq_review_votes"),
    )
    op.create_index("ix_review_votes_reviewer", "review_votes", ["reviewer", "at"])
    op.create_index("ix_review_votes_lease_id", "review_votes", ["lease_id"])
    op.create_table(
        "review_through",
        sa.Column("item_id", _BIG_ID, sa.ForeignKey(_ITEM), primary_key=True),
        sa.Column("reviewer", sa.String, primary_key=True),
        sa.Column("because", sa.String, nullable=False),
        sa.Column("reason", sa.Text),
        sa.Column("at", _MOMENT, nullable=False),
    )
    op.create_table(
        "review_drafts",
        sa.Column("item_id", _BIG_ID, sa.ForeignKey(_ITEM), primary_key=True),
        sa.Column("reviewer", sa.String, primary_key=True),
        sa.Column("label", sa.String),
        sa.Column("comment", sa.Text),
        sa.Column("at", _MOMENT, nullable=False),
    )


def _partial(name: str, table: str, columns: list[str], condition: str) -> None:
    where = sa.text(condition)
    op.create_index(name, table, columns, sqlite_where=where, postgresql_where=where)


def downgrade() -> None:
    """Forget votes that have not led to a decision; one hold an item again, all free."""
    for table in ("review_drafts", "review_through", "review_votes", "review_slots"):
        op.drop_table(table)
    for index in ("ix_review_items_open", "ix_review_items_due", "ix_review_items_label"):
        op.drop_index(index, "review_items")
    columns = "queue stage late round votes decisions label predicted doubt novelty rank"
    for column in columns.split():
        op.drop_column("review_items", column)
    for column in ("queue", "sees_model", "ended"):
        op.drop_column("review_leases", column)
    op.add_column("review_items", sa.Column("lease_id", sa.String))
    op.add_column(
        "review_items", sa.Column("lease_token", sa.Integer, nullable=False, server_default="0")
    )
    op.add_column("review_items", sa.Column("lease_expires_at", _MOMENT))
    op.create_index("ix_review_items_queue", "review_items", ["project", "settled", "id"])
