"""The ledger: an append-only record from which every decision can be explained."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Kind(StrEnum):
    """What an entry records."""

    ROUTED = "routed"
    BLOCK_BEGAN = "block_began"
    BLOCK_ENDED = "block_ended"
    AUDITED = "audited"
    VOTED = "voted"
    WITHDRAWN = "withdrawn"
    ESCALATED = "escalated"
    APPEALED = "appealed"
    DOUBTED = "doubted"
    DECIDED = "decided"
    CORRECTED = "corrected"
    PROJECT = "project"
    AUTOMATION = "automation"
    MODEL = "model"
    PROMOTION = "promotion"
    DEAD_LETTER = "dead_letter"
    REVIEWER = "reviewer"
    GOLD = "gold"
    GOLD_ANSWERED = "gold_answered"
    RESTORED = "restored"
    ERASED = "erased"


@dataclass(frozen=True, slots=True)
class Stretch:
    """A part of the ledger: upwards from behind a place, or else downwards from before one.

    Attributes:
        limit: at most so many entries.
        after: the place behind which it begins, oldest first.
        before: the place before which it begins, newest first; both None: at the end.
    """

    limit: int
    after: int | None = None
    before: int | None = None


@dataclass(frozen=True, slots=True)
class NewEntry:
    """What is to be recorded; (project, kind, subject, revision) can be recorded only once.

    Attributes:
        subject: the event id; for other kinds the version or the like.
        detail: a word to count by, e.g. the route's reason.
        body: a JSON document.
    """

    project: str
    kind: Kind
    subject: str
    revision: int
    detail: str
    body: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Entry:
    """What was recorded, with its place in the ledger."""

    sequence: int
    kind: Kind
    subject: str
    revision: int
    detail: str
    body: str
    at: datetime
