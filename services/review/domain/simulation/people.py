"""How many people answer, in which hours, and how long an answer takes them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

_USUAL_SECONDS = 30.0
"""What an answer takes where nothing shows it."""

_LONGEST = 1800.0
"""Who says nothing for half an hour was not at work on one item."""

_PAUSE = 60.0
"""Between two answers so much passes at most that belongs to the second one."""

_HOUR = 3600.0
_HOURS = 24


class Turn(NamedTuple):
    """One answer.

    Attributes:
        at: when it was given.
        arrived: when its event came.
        spent: how many seconds it took, where the page told.
    """

    reviewer: str
    at: float
    arrived: float
    spent: float | None


@dataclass(frozen=True, slots=True)
class People:
    """Those who answer.

    Attributes:
        reviewers: how many, at least one.
        seconds: what answers took, at least one value.
        hours: of the day (UTC) in which they work, at least one.
        observed: how many of `seconds` were seen; 0: they are a guess.
    """

    reviewers: int
    seconds: Sequence[float]
    hours: frozenset[int] = frozenset(range(_HOURS))
    observed: int = 0

    @property
    def mean_seconds(self) -> float:
        """What an answer takes on average."""
        return sum(self.seconds) / len(self.seconds)

    def at_work(self, moment: float) -> float:
        """The first moment from then on at which they work.

        >>> People(1, [30.0], frozenset({9})).at_work(3600.0) / 3600
        9.0
        """
        hour = int(moment // _HOUR)
        if hour % _HOURS in self.hours:
            return moment
        while hour % _HOURS not in self.hours:
            hour += 1
        return hour * _HOUR

    def working(self, since: float, until: float) -> float:
        """How many seconds each of them works between two moments.

        >>> People(1, [30.0], frozenset({1})).working(3000.0, 10_000.0)
        3600.0
        """
        first, last = int(since // _HOUR), int(until // _HOUR)
        hours = (hour for hour in range(first, last + 1) if hour % _HOURS in self.hours)
        return sum(min(until, (hour + 1) * _HOUR) - max(since, hour * _HOUR) for hour in hours)


def observed(turns: Sequence[Turn]) -> People:
    """What the answers of a stretch show of who gave them.

    If the event waited when the same person gave their last answer, this one took all the time
    since: with claiming, loading, looking up. Else nobody knows when it was begun, and it took as
    long as its page told. So idle time is not counted as work, nor is a longer break.

    >>> turns = [Turn("ada", 100, 0, None), Turn("ada", 112, 50, 9), Turn("ben", 200, 190, 7)]
    >>> found = observed(turns)
    >>> found.reviewers, found.seconds, found.hours
    (2, [12, 7], frozenset({0}))
    """
    seconds: list[float] = []
    last: dict[str, float] = {}
    for turn in sorted(turns, key=lambda turn: turn.at):
        before = last.get(turn.reviewer)
        last[turn.reviewer] = turn.at
        between = turn.at - before if before is not None and turn.arrived <= before else None
        took = _took(turn.spent, between)
        if took is not None:
            seconds.append(took)
    hours = frozenset(int(turn.at // _HOUR) % _HOURS for turn in turns)
    return People(
        max(1, len(last)),
        seconds or [_USUAL_SECONDS],
        hours or frozenset(range(_HOURS)),
        len(seconds),
    )


def _took(spent: float | None, between: float | None) -> float | None:
    """How long an answer took: as it was told, and since the last one; None: nobody knows."""
    if spent is None:
        return between if between is not None and between < _LONGEST else None
    if between is not None and spent <= between <= spent + _PAUSE:
        return between
    return min(spent, _LONGEST)
