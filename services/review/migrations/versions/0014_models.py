"""What each model version is now.

Revision ID: 0014
Revises: 0013
"""

import json

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"

_MOMENT = sa.DateTime(timezone=True)
_STATES = {
    "model.candidate.v1": "candidate",
    "model.promoted.v1": "champion",
    "model.rolled_back.v1": "champion",
    "model.rejected.v1": "refused",
}


def upgrade() -> None:
    """Room for versions, and what the record tells of them."""
    models = op.create_table(
        "review_models",
        sa.Column("project", sa.String, primary_key=True),
        sa.Column("version", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("state", sa.String, nullable=False),
        sa.Column("told", sa.Text, nullable=False),
        sa.Column("at", _MOMENT, nullable=False),
        sa.Column("verdict", sa.String),
        sa.Column("decided_by", sa.String),
        sa.Column("decided_reason", sa.Text),
        sa.Column("decided_at", _MOMENT),
        sa.Column("decisions", sa.Integer, nullable=False),
    )
    op.create_index("ix_review_models_state", "review_models", ["project", "state", "version"])
    rows = _known()
    if rows:
        op.bulk_insert(models, rows)


def downgrade() -> None:
    """The record still tells."""
    op.drop_table("review_models")


def _known() -> list[dict[str, object]]:
    ledger = sa.table(
        "review_ledger",
        *(sa.column(name) for name in ("sequence", "project", "kind", "detail", "body")),
        sa.column("at", _MOMENT),
    )
    told = sa.select(ledger).where(ledger.c.kind == "model").order_by(ledger.c.sequence)
    rows: dict[tuple[str, int], dict[str, object]] = {}
    champions: dict[str, dict[str, object]] = {}
    for entry in op.get_bind().execute(told):
        number, state = int(json.loads(entry.body)["version"]), _STATES[entry.detail]
        row = rows.setdefault((entry.project, number), {"project": entry.project})
        if state == "champion" and champions.get(entry.project) is not row:
            champions.get(entry.project, {})["state"] = "retired"
            champions[entry.project] = row
        row |= {"version": number, "state": state, "told": entry.body, "at": entry.at}
        row |= {"decisions": 0}
    return list(rows.values())
