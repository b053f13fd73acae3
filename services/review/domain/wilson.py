"""The score interval of a share."""

from services.review.domain.quality import Estimate
from shared.intervals import score_interval


def wilson(part: float, whole: float) -> Estimate:
    """A share with its 95 % score interval (Wilson 1927); of nothing, anything from 0 to 1.

    Args:
        part: how many of them; need not be whole.
        whole: how many there are, or how many they are worth.

    >>> estimate = wilson(8, 10)
    >>> round(estimate.mean, 2), round(estimate.low, 2), round(estimate.high, 2)
    (0.8, 0.49, 0.94)
    """
    return Estimate(*score_interval(part, whole))
