"""The score interval of a share."""

import math

from services.review.domain.quality import Estimate

_Z = 1.959963984540054
"""The 97.5 % quantile of the normal distribution."""


def wilson(part: float, whole: float) -> Estimate:
    """A share with its 95 % score interval (Wilson 1927); of nothing, anything from 0 to 1.

    Args:
        part: how many of them; need not be whole.
        whole: how many there are, or how many they are worth.

    >>> estimate = wilson(8, 10)
    >>> round(estimate.mean, 2), round(estimate.low, 2), round(estimate.high, 2)
    (0.8, 0.49, 0.94)
    """
    if not whole:
        return Estimate(0.0, 0.0, 1.0)
    share = part / whole
    middle = share + _Z**2 / (2 * whole)
    reach = _Z * math.sqrt(share * (1 - share) / whole + _Z**2 / (4 * whole**2))
    scale = 1 + _Z**2 / whole
    return Estimate(share, (middle - reach) / scale, (middle + reach) / scale)
