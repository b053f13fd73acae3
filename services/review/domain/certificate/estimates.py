"""How many errors escaped: an estimate with an interval that holds at every moment.

For information; the promise does not rest on it. Like the promise it uses no chance but the audit
coin, so it holds for any model and any order of events. Estimates of disjoint groups (blocks,
classes, slices) are kept apart in the same way.
"""

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from services.review.domain.certificate.block import Block
from services.review.domain.certificate.credits import detection

_LADDER = (0.9, 0.7, 0.5, 0.35, 0.25, 0.17, 0.12, 0.08, 0.05, 0.03, 0.02, 0.01)
"""The λ of the mixture, as shares of the greatest one that is possible."""

_PRECISION = 1e-6


@dataclass(frozen=True, slots=True)
class Interval:
    """Errors that escaped.

    Attributes:
        estimate: the Horvitz-Thompson estimate; not bounded by the number of acceptances.
        low: at least so many, and ...
        high: ... at most so many, with the confidence asked for.
    """

    estimate: float
    low: float
    high: float


@dataclass(slots=True)
class Escapes:
    """Counts the errors that audits found, and tells how many others escaped.

    **Estimate.** A wrong event in the lane is found with probability p(1-η) and escapes with 1-p,
    so each one found stands for (1-p) / (p(1-η)) that escaped (Horvitz and Thompson 1952).

    **Interval.** Whatever came before, one wrong event more changes

        M = exp(λ · escaped - Σ_found c)        with (1-p)·e^λ + p(1-η)·e^-c + pη = 1

    by a factor whose expectation is 1, and a right one does not change it. So M is a nonnegative
    martingale that starts at 1, as is a mixture over several λ; with probability 1-δ it never
    reaches 1/δ (Ville 1939), which bounds the number that escaped from above, at all moments
    together. With -λ and -c, and η = 0 because fewer finds only lower it, the same bounds it from
    below (a confidence sequence, Howard et al. 2021). Each side takes half of δ.

    Attributes:
        floor: p0, the least probability with which any event in the lane is audited.
        miss_rate: η, an upper bound on how often people overlook an error.
        found: how many errors audits found.
    """

    floor: float
    miss_rate: float = 0.0
    found: int = 0
    _estimate: float = 0.0
    _rates: list[float] = field(init=False)
    _above: list[float] = field(init=False)
    _below: list[float] = field(init=False)

    def __post_init__(self) -> None:
        greatest = -math.log1p(-detection(self.floor, self.miss_rate))
        self._rates = [share * greatest for share in _LADDER]
        self._above = [0.0] * len(_LADDER)
        self._below = [0.0] * len(_LADDER)

    def find(self, probability: float, times: int = 1) -> None:
        """Audits that were drawn with this probability have shown an error, so many of them."""
        p, miss = max(probability, self.floor), self.miss_rate
        self.found += times
        self._estimate += times * (1 - p) / (p * (1 - miss))
        for place, rate in enumerate(self._rates):
            kept = (1 - p * miss - (1 - p) * math.exp(rate)) / (p * (1 - miss))
            self._above[place] -= times * math.log(kept)
            self._below[place] += times * math.log((1 - (1 - p) * math.exp(-rate)) / p)

    def interval(self, accepted: int, confidence: float = 0.95) -> Interval:
        """How many of the `accepted` events are wrong.

        Args:
            accepted: how many escaped a person, right or wrong.
            confidence: of both bounds together, at all moments together.
        """
        least = math.log(2 / (1 - confidence))

        def too_many(escaped: float) -> bool:
            return self._wealth(escaped, 1, self._above) > least

        def enough(escaped: float) -> bool:
            return self._wealth(escaped, -1, self._below) <= least

        high = _first(too_many, accepted)
        return Interval(self._estimate, min(_first(enough, accepted), high), high)

    def _wealth(self, escaped: float, sign: int, costs: list[float]) -> float:
        """The logarithm of the mixture."""
        terms = [
            sign * (rate * escaped - cost) for rate, cost in zip(self._rates, costs, strict=True)
        ]
        top = max(terms)
        return top + math.log(sum(math.exp(term - top) for term in terms) / len(terms))


def estimated(block: Block) -> float:
    """How many of the events that a block has accepted are wrong, as its checks tell.

    Those that count in it were found and escaped in the proportion of p0, however they were drawn.
    Checks that wait for an answer are taken for such as were answered.
    """
    terms = block.terms
    if terms.floor >= 1 or not block.checked:
        return 0.0
    found = block.found * (block.checked + block.pending) / block.checked
    likely = found * (1 - terms.floor) / (terms.floor * (1 - terms.miss_rate))
    return min(likely, float(block.accepted))


def escaped(block: Block, confidence: float = 0.95) -> Interval:
    """The same with an interval that holds at all moments together.

    Checks that wait for an answer count as errors for the upper bound, for the lower one as none.
    """
    return escaped_in([block], confidence)


def escaped_in(blocks: Iterable[Block], confidence: float = 0.95) -> Interval:
    """How many of the events that blocks have accepted are wrong in all, with one interval.

    Each block's M, of the same λ, is a martingale by coins of its own, so their product is one of
    the errors in all of them: one interval for the sum, much narrower than the sum of theirs. The
    least floor decides which λ are possible, and the greatest miss rate is taken for all. That
    takes the floors for chosen beforehand, which those of later blocks are but nearly.
    """
    told = [block for block in blocks if block.terms.floor < 1 and block.accepted]
    if not told:
        return Interval(0.0, 0.0, 0.0)
    floor = min(block.terms.floor for block in told)
    miss_rate = max(block.terms.miss_rate for block in told)
    least, most = Escapes(floor, miss_rate), Escapes(floor, miss_rate)
    for block in told:
        least.find(block.terms.floor, block.found)
        most.find(block.terms.floor, block.found + block.pending)
    accepted = sum(block.accepted for block in told)
    low = least.interval(accepted, confidence).low
    high = most.interval(accepted, confidence).high
    return Interval(sum(map(estimated, told)), low, high)


def _first(reached: Callable[[float], bool], limit: int) -> float:
    """The least x in [0, limit] for which `reached`, which stays true once it is; or the limit."""
    if reached(0.0):
        return 0.0
    low, high = 0.0, float(limit)
    while high - low > _PRECISION * (1 + high):
        middle = (low + high) / 2
        low, high = (low, middle) if reached(middle) else (middle, high)
    return high
