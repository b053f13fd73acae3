"""The training ledger: what was learned, in the order in which it is learned."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Kind(StrEnum):
    """What an entry holds."""

    CORRECTION = "correction"
    PROJECT = "project"
    REFIT = "refit"
    DECISION = "decision"
    ERASURE = "erasure"
    REQUEST = "request"


@dataclass(frozen=True, slots=True)
class NewEntry:
    """What is to be recorded; (kind, project, identity) can be recorded only once.

    Attributes:
        identity: the correction's id, the policy version of a project file, the fit's name, or
            the id of the event that told of a person's decision on a version or request for one,
            or of an erasure.
        sequence: the correction's place in the review ledger, the policy version, or 0.
        body: a JSON document: `CorrectionMade`, `Project`, `refits.Entered`, `PromotionDecided` or
            `CandidateRequested`.
        at: when it happened, as the event says.
    """

    project: str
    kind: Kind
    identity: str
    sequence: int
    body: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Entry:
    """What was recorded, with its place in the ledger."""

    position: int
    kind: Kind
    identity: str
    sequence: int
    body: str


@dataclass(frozen=True, slots=True)
class Span:
    """What the corrections of a stretch of the ledger amount to.

    Attributes:
        count: how many they are.
        sequence: the highest place in the review ledger; 0 if there are none.
        oldest_at: when the oldest was made.
        refits: how many challengers entered.
        erasures: how often something was erased.
    """

    count: int
    sequence: int
    oldest_at: datetime | None
    refits: int = 0
    erasures: int = 0
