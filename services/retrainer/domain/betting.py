"""A mean that is watched while its terms come, with an interval that holds at every moment.

Somebody bets, term after term, that the mean is below m, never more than can be lost. If it is
not, no way of betting makes a fortune grow on average; so that it ever grows to 1/δ has a chance
of at most δ (Ville 1939). The interval holds those m against which no fortune was made. See
Waudby-Smith and Ramdas, "Estimating means of bounded random variables by betting" (2024).
"""

import math

import numpy as np
from numpy.typing import NDArray

LEVEL = 0.05
"""The chance that a bound is ever wrong, on each side."""

_MEANS: NDArray[np.float64] = np.round(np.linspace(-1, 1, 401), 3)
_BOLDEST = 0.95
"""Share of a fortune that is staked at most."""
_FORTUNE = math.log(1 / LEVEL)
_EXPECTED = 10 * np.array([1, 0, 1, 0, 0.01])
"""Ten terms of mean 0 and deviation 0.1 are supposed before the first; they only guide the bets."""
_ROOM_BELOW = np.maximum(1 - _MEANS, 1e-9)
_ROOM_ABOVE = np.maximum(1 + _MEANS, 1e-9)


class WatchedMean:
    """The weighted mean of terms in [-1, 1], whatever they depend on.

    Attributes:
        count: terms so far.
    """

    def __init__(self) -> None:
        self.count = 0
        self._sums = _EXPECTED.copy()
        self._heaviest = 1.0
        self._below = np.zeros_like(_MEANS)
        self._above = np.zeros_like(_MEANS)
        self._is_below = np.zeros_like(_MEANS, np.bool_)
        self._is_above = np.zeros_like(_MEANS, np.bool_)

    def take(self, term: float, weight: float = 1.0) -> None:
        """Take the next term.

        How much is staked is settled before the term is seen, its weight too; so a weight counts
        for at most as much as the heaviest before it.
        """
        share = min(weight, self._heaviest) / self._heaviest
        mean, square = self._supposed()
        below = np.clip(mean / square, 0, _BOLDEST / _ROOM_BELOW)
        above = np.clip(-mean / square, 0, _BOLDEST / _ROOM_ABOVE)
        self._below += np.log1p(below * share * (_MEANS - term))
        self._above += np.log1p(above * share * (term - _MEANS))
        self._is_below |= self._below >= _FORTUNE
        self._is_above |= self._above >= _FORTUNE
        weighed = share * term
        self._sums += (share, weighed, share * share, share * weighed, weighed * weighed)
        self._heaviest = max(self._heaviest, weight)
        self.count += 1

    @property
    def interval(self) -> tuple[float, float]:
        """The mean lies between these, each with confidence 1 - `LEVEL` at all times together.

        >>> watched = WatchedMean()
        >>> for _ in range(200):
        ...     watched.take(0.0)
        >>> watched.interval
        (-0.015, 0.015)
        """
        low, high = _MEANS[~self._is_above], _MEANS[~self._is_below]
        return float(low.min(initial=1)), float(high.max(initial=-1))

    def _supposed(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """First and second moment of (m - term), for each m, as the terms so far suggest."""
        w, wd, ww, wwd, wwdd = self._sums / (self.count + 10)
        return _MEANS * w - wd, _MEANS**2 * ww - 2 * _MEANS * wwd + wwdd
