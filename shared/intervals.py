"""The score interval of a share."""

import math

Z = 1.959963984540054
"""The 97.5 % quantile of the normal distribution."""


def score_interval(part: float, whole: float) -> tuple[float, float, float]:
    """A share, and the ends of its 95 % interval (Wilson 1927); of nothing, anything from 0 to 1.

    Args:
        part: how many of them; need not be whole.
        whole: how many there are, or how many they are worth.

    >>> [round(figure, 2) for figure in score_interval(8, 10)]
    [0.8, 0.49, 0.94]
    """
    if not whole:
        return 0.0, 0.0, 1.0
    share = part / whole
    middle = share + Z**2 / (2 * whole)
    reach = Z * math.sqrt(share * (1 - share) / whole + Z**2 / (4 * whole**2))
    scale = 1 + Z**2 / whole
    return share, (middle - reach) / scale, (middle + reach) / scale
