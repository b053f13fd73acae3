"""How far the values of a slice lie apart in errors, before people and after them."""

import math
from collections.abc import Iterable
from typing import NamedTuple

from services.review.domain.figures import Figure
from services.review.domain.quality import Estimate
from services.review.domain.slices import LEAST, UNKNOWN, Count, Counts
from services.review.domain.wilson import wilson

_MEANS = (
    "The difference in the share of wrong {what} between the two values of the slice {slice} that "
    f"lie farthest apart, among those with at least {LEAST} answers (weighed by 1/π, "
    "Horvitz-Thompson; interval of Newcombe 1998). 0 is equal."
)


class _Told(NamedTuple):
    """What answers tell of one value: all of them, and those that set the model right."""

    answered: Count
    wrong: Count


def bias(slice_: str, counts: Counts) -> list[Figure]:
    """The gap before and after, for one slice.

    Of an event that a person answered no error is left. One that was to be seen with a chance π and
    was wrong stands for 1/π - 1 that nobody saw.
    """
    values = _told(slice_, counts)
    rests_on = sum(told.answered.events for told in values)
    before = [_rate(told, told.wrong.weight) for told in values]
    after = [_rate(told, told.wrong.weight - told.wrong.events) for told in values]
    return [
        _gap(
            f"bias_before_{slice_}",
            before,
            rests_on,
            _MEANS.format(what="predictions", slice=slice_),
        ),
        _gap(
            f"bias_after_{slice_}", after, rests_on, _MEANS.format(what="decisions", slice=slice_)
        ),
    ]


def _told(slice_: str, counts: Counts) -> list[_Told]:
    found: dict[str, _Told] = {}
    for cell, count in counts.items():
        if cell.slice == slice_ and cell.truth != UNKNOWN:
            answered, wrong = found.get(cell.value, _Told(Count(), Count()))
            more = count if cell.truth != cell.predicted else Count()
            found[cell.value] = _Told(answered.plus(count), wrong.plus(more))
    return [told for told in found.values() if told.answered.events >= LEAST]


def _rate(told: _Told, errors: float) -> Estimate:
    """A share of all events of a value, with the interval of as many answers as these are worth."""
    answered = told.answered
    worth = answered.weight**2 / answered.squares
    return wilson(worth * errors / answered.weight, worth)


def _gap(name: str, rates: Iterable[Estimate], rests_on: int, definition: str) -> Figure:
    ranked = sorted(rates, key=lambda rate: rate.mean)
    if len(ranked) < 2:  # noqa: PLR2004 - one value lies apart from nothing
        return Figure(name, None, None, None, "share", rests_on, definition)
    least, most = ranked[0], ranked[-1]
    gap = most.mean - least.mean
    down = math.hypot(most.mean - most.low, least.high - least.mean)
    up = math.hypot(most.high - most.mean, least.mean - least.low)
    return Figure(
        name, gap, max(0.0, gap - down), min(1.0, gap + up), "share", rests_on, definition
    )
