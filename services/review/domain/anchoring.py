"""Anchoring: how much more often people agree with the model when they see its answer."""

import math

from services.review.domain.quality import Estimate
from services.review.domain.wilson import wilson


def effect(shown_agreed: int, shown: int, hidden_agreed: int, hidden: int) -> Estimate:
    """The difference of two shares of agreement, in [-1, 1], with its 95 % interval.

    It means something only if chance decided who saw the model's answer. The interval is Newcombe's
    (1998, "Interval estimation for the difference between independent proportions", method 10): it
    joins the Wilson intervals of both shares, and keeps its level for few answers and for shares
    near 0 and 1.

    Args:
        shown_agreed: answers equal to the model's where that was shown.
        shown: answers where it was shown.
        hidden_agreed: answers equal to the model's where that was hidden.
        hidden: answers where it was hidden. While there are none of either, nothing is known and
            the interval is all of [-1, 1].

    Newcombe's own example (a) in his table II:

    >>> estimate = effect(56, 70, 48, 80)
    >>> round(estimate.mean, 4), round(estimate.low, 4), round(estimate.high, 4)
    (0.2, 0.0524, 0.3339)
    """
    if not shown or not hidden:
        return Estimate(0.0, -1.0, 1.0)
    seen, blind = wilson(shown_agreed, shown), wilson(hidden_agreed, hidden)
    difference = seen.mean - blind.mean
    return Estimate(
        difference,
        difference - math.hypot(seen.mean - seen.low, blind.high - blind.mean),
        difference + math.hypot(seen.high - seen.mean, blind.mean - blind.low),
    )
