"""What people said of an item, and what they are through with."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class VoteState(StrEnum):
    """What became of a vote."""

    COUNTED = "counted"
    UNDONE = "undone"
    """Taken back by who gave it."""
    REVOKED = "revoked"
    """Taken back by a lead, with all that its reviewer said in that time."""


class Because(StrEnum):
    """Why a person is through with an item."""

    VOTED = "voted"
    SKIPPED = "skipped"
    ESCALATED = "escalated"
    PRACTISED = "practised"


@dataclass(frozen=True, slots=True)
class Answer:
    """What a reviewer says about an item."""

    label: str
    comment: str | None = None
    reason_code: str | None = None
    seconds_spent: float | None = None
    idempotency_key: str | None = None


@dataclass(frozen=True, slots=True)
class Ballot:
    """One vote on an item.

    Attributes:
        number: rises over all votes that the item ever had.
        round: only votes of the item's present round count.
        saw_model: whether its reviewer was shown the model's answer.
    """

    item_id: int
    round: int
    number: int
    reviewer: str
    label: str
    comment: str | None
    reason_code: str | None
    seconds_spent: float | None
    at: datetime
    lease_id: str
    saw_model: bool
    state: VoteState = VoteState.COUNTED


@dataclass(frozen=True, slots=True)
class Draft:
    """What a person had begun to answer, or answered too late."""

    label: str | None
    comment: str | None
    at: datetime
