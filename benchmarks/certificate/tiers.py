"""Would two audit rates be better than one? Exactly, on the law of the stationary stream.

Errors gather near the threshold. With more audits there and fewer among the sure events, each find
at its own price in credits, the same number of audits would tell more. But whatever chooses the
events may choose, find by find, whether the next error is a sure event or not; the chance of a
broken promise is that of the best such choice, and a dynamic programme gives it.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.stats import norm  # type: ignore[import-untyped]

from benchmarks.certificate.streams import STEEPNESS, Floats
from benchmarks.table import Figure
from services.review.domain.certificate.credits import credits, detection

_ALPHA, _DELTA, _BUDGET = 0.05, 0.05, 500
_SINGLE = (0.03, 0.04, 0.05, 0.06, 0.07, 0.08)
_EVENTS = 4_000
_HALVINGS = 50


class Tier(NamedTuple):
    """An audit rate, and what a find costs under it."""

    rate: float
    price: int


_PAIRS = (
    (Tier(0.04, 4), Tier(0.1, 1)),
    (Tier(0.05, 3), Tier(0.1, 1)),
    (Tier(0.05, 3), Tier(0.2, 1)),
    (Tier(0.06, 2), Tier(0.3, 1)),
)


def figures() -> Iterator[Figure]:
    """The share of reviews with the best pair of rates, beside that with the best single one."""
    scores = _scores()
    oracle = 100 * (1 - float((np.cumsum(scores) / np.arange(1, _EVENTS + 1) <= _ALPHA).mean()))
    single = min(
        _reviews(scores, [Tier(rate, 1)], credits(_BUDGET, rate, _DELTA)) for rate in _SINGLE
    )
    exact = min(_reviews(scores, pair, allowance(pair, _BUDGET)) for pair in _PAIRS)
    yield Figure(
        "one audit rate, the curve known: reviews / oracle", single, oracle, None, "%", True
    )
    yield Figure("two audit rates, exact: reviews / one rate", exact, single, None, "%", True)


def allowance(tiers: Sequence[Tier], budget: int, delta: float = _DELTA) -> int:
    """The most credits with which no choice of tiers breaks the promise more often than δ.

    V(e, k), the chance of e more escapes while finds cost at most k, is the greatest over the tiers
    of (1-q) · V(e-1, k) + q · V(e, k - price).
    """
    odds = [(detection(tier.rate, 0.0), tier.price) for tier in tiers]
    most = int(budget * tiers[-1].rate / (1 - tiers[-1].rate))
    chances = [1.0] * (most + 1)
    for _ in range(budget + 1):
        following: list[float] = []
        for left, chance in enumerate(chances):
            following.append(
                max(
                    (1 - q) * chance + (q * following[left - price] if left >= price else 0.0)
                    for q, price in odds
                )
            )
        chances = following
    return sum(chance <= delta for chance in chances) - 1


def _scores() -> Floats:
    """Scores of a model that knows the stationary stream's law, sorted."""
    places = (np.arange(_EVENTS) + 0.5) / _EVENTS
    chances: Floats = np.sort(1 / (1 + np.exp(np.abs(STEEPNESS * norm.ppf(places)))))
    return chances


def _reviews(scores: Floats, tiers: Sequence[Tier], allowed: int) -> float:
    """Reviews in percent, if each event gets the rate that suits its risk best."""
    rates = np.array([*(tier.rate for tier in tiers), 1.0])
    spent = np.array([*(tier.price * tier.rate for tier in tiers), 0.0])
    low, high = 1e-3, 1e5
    for _ in range(_HALVINGS):
        weight = (low * high) ** 0.5
        chosen = _chosen(scores, rates, spent, weight)
        accepted = float((1 - rates[chosen]).sum())
        cost = float((scores * spent[chosen]).sum()) / max(accepted * _ALPHA, 1e-9)
        low, high = (weight, high) if cost > (allowed + 0.5) / _BUDGET else (low, weight)
    return 100 * float(rates[_chosen(scores, rates, spent, high)].mean())


def _chosen(scores: Floats, rates: Floats, spent: Floats, weight: float) -> NDArray[np.intp]:
    """For each event the rate that costs least, if a credit is worth so many reviews."""
    places: NDArray[np.intp] = (rates + weight * scores[:, None] * spent).argmin(axis=1)
    return places
