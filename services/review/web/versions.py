"""A step of a model version, as a page shows it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Self

from services.review.domain.ledger import Entry

_STEPS = {
    "model.candidate.v1": "offered",
    "model.promoted.v1": "promoted",
    "model.rejected.v1": "rejected",
    "model.rolled_back.v1": "taken back to",
}


@dataclass(frozen=True, slots=True)
class Version:
    """What happened to a version.

    Attributes:
        metrics: figures that its learner gave, by name.
    """

    number: int
    step: str
    reason: str
    actor: str
    learned_up_to: int
    metrics: Mapping[str, float]
    sha256: str
    at: datetime

    @classmethod
    def of(cls, entry: Entry) -> Self:
        """From the ledger."""
        body = json.loads(entry.body)
        return cls(
            body["version"],
            _STEPS.get(entry.detail, entry.detail),
            body.get("reason") or "",
            body.get("actor") or "",
            body.get("learned_up_to") or 0,
            body.get("metrics") or {},
            body.get("sha256") or "",
            entry.at,
        )
