"""What should follow from what is recorded, and how to tell that it did not.

Each rule is given what both sides say and names the difference; nothing is read or repaired here.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

UNROUTED_AFTER = timedelta(seconds=10)
UNLEARNED_AFTER = timedelta(seconds=30)
_LONGEST_PAUSE = timedelta(hours=1)
_LAST_PLACE = 2**53
LEARNED = "corrections"
"""Metric of a model version: how many corrections the retrainer had recorded up to it."""


class GapKind(StrEnum):
    """What is missing."""

    UNROUTED = "unrouted"
    UNDECIDED = "undecided"
    UNCORRECTED = "uncorrected"
    UNLEARNED = "unlearned"
    UNRECORDED = "unrecorded"


CURES: Mapping[GapKind, str] = {
    GapKind.UNROUTED: "sent again by itself; if they stay, see the dead letters and whether the "
    "scorer runs",
    GapKind.UNDECIDED: "`handraise doctor --repair` lets them wait for people; then find out who "
    "changed the review database",
    GapKind.UNCORRECTED: "`handraise doctor --repair` makes the correction from the decision; then "
    "find out who changed the review database",
    GapKind.UNLEARNED: "sent again by itself; if they stay, see the dead letters and the log of "
    "the retrainer",
    GapKind.UNRECORDED: "the retrainer learned what review has no record of: the review database "
    "was restored from an older backup, or somebody else writes to `corrections`",
}


@dataclass(frozen=True, slots=True)
class Gap:
    """So many facts of a project lack what should follow from them."""

    project: str
    kind: GapKind
    found: int
    repaired: int = 0


def pause_after(tries: int, first: timedelta) -> timedelta:
    """How long to wait for an effect before saying it again: twice as long each time, up to 1 h.

    >>> [pause_after(tries, UNROUTED_AFTER).seconds for tries in (0, 1, 2, 100)]
    [10, 20, 40, 3600]
    """
    factor: int = 2 ** min(tries, 20)
    return min(first * factor, _LONGEST_PAUSE)


class RedisState(StrEnum):
    """What has become of the server since the last look."""

    KNOWN = "known"
    RESTARTED = "restarted"
    """The same data, another process: what it had not written down yet may be missing."""
    LOST = "lost"
    """Empty, or another server."""


@dataclass(frozen=True, slots=True)
class Sighting:
    """What a Redis says of itself.

    Attributes:
        marker: the installation that has marked it; None if nobody has.
        run: the server process, another after each start or failover.
    """

    marker: str | None
    run: str


def recognise(seen: Sighting, installation: str, run: str | None) -> RedisState:
    """Whether this is the Redis that we knew.

    >>> recognise(Sighting("me", "1"), "me", "1").value
    'known'
    >>> recognise(Sighting("me", "2"), "me", "1").value
    'restarted'
    >>> recognise(Sighting(None, "2"), "me", "1").value
    'lost'
    """
    if seen.marker != installation:
        return RedisState.LOST
    return RedisState.KNOWN if run in {None, seen.run} else RedisState.RESTARTED


@dataclass(frozen=True, slots=True)
class Place:
    """A place in the ledger that somebody outside has been told of, and whose fact it was."""

    project: str
    sequence: int


def is_ahead(told: Place, last: int) -> bool:
    """Whether a place lies behind the end of the ledger, which then is an older copy.

    A place beyond 2^53 is nobody's: it must not use up all that there are.

    >>> is_ahead(Place("churn", 12), last=10), is_ahead(Place("churn", 10), last=10)
    (True, False)
    >>> is_ahead(Place("churn", 2**60), last=10)
    False
    """
    return last < told.sequence <= _LAST_PLACE


@dataclass(frozen=True, slots=True)
class Agreement:
    """Up to this place in the ledger, review and retrainer count the same corrections.

    Attributes:
        sequence: the place.
        count: how many the retrainer has.
        unrecorded: how many of them are not in the ledger, after an older copy was restored.
    """

    sequence: int = 0
    count: int = 0
    unrecorded: int = 0


@dataclass(frozen=True, slots=True)
class Learned:
    """What the retrainer says of its newest version.

    Attributes:
        version: its number.
        up_to: the highest ledger sequence among the corrections that it has recorded.
        count: how many they are; None if it does not say.
    """

    version: int
    up_to: int
    count: int | None


@dataclass(frozen=True, slots=True)
class Comparison:
    """Corrections that the retrainer lacks, and those that only it has.

    Attributes:
        agreement: from where the next comparison goes on.
        missing: how many corrections up to `Learned.up_to` it has not recorded.
        unrecorded: how many it has recorded that are not in the ledger.
    """

    agreement: Agreement
    missing: int = 0
    unrecorded: int = 0


def compare(agreed: Agreement, since: int, learned: Learned) -> Comparison:
    """Compare counts.

    What the retrainer has and the ledger has not may come into the ledger later: after an older
    copy was restored, upstream sends the event again. That is no new correction for the retrainer.

    Args:
        agreed: the last agreement.
        since: corrections in the ledger after it, up to `learned.up_to`.
        learned: the newest version.

    >>> compare(Agreement(10, 3), 2, Learned(version=7, up_to=20, count=5))
    Comparison(agreement=Agreement(sequence=20, count=5, unrecorded=0), missing=0, unrecorded=0)
    >>> compare(Agreement(10, 3), 2, Learned(version=7, up_to=20, count=4)).missing
    1
    >>> compare(Agreement(10, 3, unrecorded=1), 2, Learned(version=7, up_to=20, count=4)).missing
    0
    """
    if learned.count is None:
        return Comparison(agreed)
    more = learned.count - agreed.count - since
    unrecorded = agreed.unrecorded + more
    if unrecorded < 0:
        return Comparison(agreed, missing=-unrecorded)
    reached = Agreement(max(agreed.sequence, learned.up_to), learned.count, unrecorded)
    return Comparison(reached, unrecorded=max(0, more))


@dataclass(frozen=True, slots=True)
class Waiting:
    """An accepted event that is not routed yet."""

    project: str
    event_id: str
    type: str
    document: str
    tries: int


def is_old(at: datetime, now: datetime, age: timedelta) -> bool:
    """Whether something has had its time."""
    return now - at >= age
