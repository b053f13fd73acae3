"""What has changed, in words."""

import math

from services.review.domain.drift import Bin, Monitor
from services.review.domain.drifting import Kind, Watched

_STRIKING = 0.1
"""A value that is missing so much more often (or less) is told before any other change."""


def words(watched: Watched, monitor: Monitor) -> str:
    """One sentence on a stream of which something has changed, or may have."""
    late, before = monitor.late, monitor.mean
    match watched.kind:
        case Kind.ACCURACY:
            where = f" where {watched.subject}" if watched.subject else ""
            return (
                f"The model was wrong on {_percent(late)} of the latest answers{where}, "
                f"on {_percent(before)} of all."
            )
        case Kind.DISAGREEMENT:
            return (
                f"Reviewers disagreed on {_percent(late)} of the latest items that several "
                f"answered, on {_percent(before)} of all."
            )
        case Kind.SCORE:
            return (
                f"The model's highest probability was {_percent(late)} of late on average, "
                f"{_percent(before)} over all events."
            )
        case Kind.INPUT:
            return _input(watched.subject, monitor)


def _input(field: str, monitor: Monitor) -> str:
    shares = monitor.shares()
    if not shares:
        return f"{field}: nothing is known yet."
    _, before, late = shares[0]
    of_numbers = shares[-1][0].until is not None
    if of_numbers and abs(late - before) < _STRIKING:
        averages = f"{_number(monitor.late)} of late on average, {_number(monitor.mean)} of all"
        return f"{field}: {averages}."
    candidates = shares[:1] if of_numbers else shares
    each, before, late = max(candidates, key=lambda share: abs(share[2] - share[1]))
    return f"{field}: {_value(each)} in {_percent(late)} of late, {_percent(before)} of all."


def _value(each: Bin) -> str:
    if each.name is None:
        return "missing"
    return f"\u201c{each.name}\u201d" if each.name else "a rare value"


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %"


def _number(value: float) -> str:
    """A number as short as it may be.

    >>> _number(0.123456), _number(45678.9), _number(3.0)
    ('0.123', '45679', '3')
    """
    if not math.isfinite(value) or not value:
        return "0"
    digits = max(0, 2 - math.floor(math.log10(abs(value))))
    return f"{value:.{digits}f}".rstrip("0").rstrip(".") if digits else f"{value:.0f}"
