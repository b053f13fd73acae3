"""Figures with 95 % intervals, in plain Python: review carries no numpy."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from services.review.domain import beta

_CONFIDENCE = 0.95
_SIGMAS = 1.959964
"""The 97.5 % quantile of the standard normal distribution."""


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure of a report.

    Attributes:
        value: None where nothing is known.
        low: it is at least this ...
        high: ... and at most this, with 95 % confidence; None where that cannot be said.
        unit: `share`, `events`, `s` (seconds), or `cost`.
        rests_on: how many observations.
        definition: what it means, and how it is reckoned.
    """

    name: str
    value: float | None
    low: float | None
    high: float | None
    unit: str
    rests_on: int
    definition: str


class Span(NamedTuple):
    """A value between two ends, each None where it cannot be said."""

    value: float | None = None
    low: float | None = None
    high: float | None = None

    def times(self, factor: float) -> "Span":
        """All of it, so many times."""
        return Span(*(None if end is None else end * factor for end in self))


def share_of(name: str, part: int, whole: int, confidence: float = _CONFIDENCE) -> Figure:
    """A share with its Jeffreys interval (Brown, Cai, DasGupta 2001).

    >>> share = share_of("heads", 5, 10)
    >>> share.value, round(share.low, 3), round(share.high, 3)
    (0.5, 0.224, 0.776)
    """
    if not whole:
        return Figure(name, None, None, None, "share", 0, "")
    shape, tail = (part + 0.5, whole - part + 0.5), (1 - confidence) / 2
    low = beta.quantile(tail, *shape) if part else 0.0
    high = beta.quantile(1 - tail, *shape) if part < whole else 1.0
    return Figure(name, part / whole, low, high, "share", whole, "")


def mean_of(count: int, total: float, squares: float) -> Span:
    """A mean with the ends of its normal interval, of sums; what one observation tells has none.

    >>> mean_of(4, 8.0, 16.0)
    Span(value=2.0, low=2.0, high=2.0)
    """
    if not count:
        return Span()
    mean = total / count
    if count == 1:
        return Span(mean)
    variance = max(0.0, (squares - count * mean * mean) / (count - 1))
    half = _SIGMAS * math.sqrt(variance / count)
    return Span(mean, max(0.0, mean - half), mean + half)


def quantile_of(name: str, values: Sequence[float], share: float, definition: str) -> Figure:
    """A quantile in seconds; the ranks of its ends follow from the binomial distribution.

    Whatever the distribution, at least 95 % of samples have the true quantile between them (David
    and Nagaraja, Order Statistics, 7.1; normal approximation, a rank to each side).

    >>> found = quantile_of("wait", [float(n) for n in range(101)], 0.5, "")
    >>> found.value, found.low, found.high
    (50.0, 39.0, 61.0)
    """
    count = len(values)
    if not count:
        return Figure(name, None, None, None, "s", 0, definition)
    ranked = sorted(values)
    half = _SIGMAS * math.sqrt(count * share * (1 - share))
    first, last = math.floor(count * share - half) - 1, math.ceil(count * share + half)
    return Figure(
        name,
        ranked[min(count - 1, int(count * share))],
        ranked[first] if first >= 0 else None,
        ranked[last] if last < count else None,
        "s",
        count,
        definition,
    )
