"""Whether people overlook more errors than a promise allows for: gold answers tell."""

from collections.abc import Iterable
from dataclasses import dataclass

from services.review.domain import beta
from services.review.domain.gold import Score

_TAIL = 0.05
_JEFFREYS = 0.5


@dataclass(frozen=True, slots=True)
class Overlooking:
    """How often people were wrong on gold, beside what the policy declares.

    Attributes:
        answers: on gold, in exams too.
        wrong: how many of them.
        low: the share is at least this, and ...
        high: ... at most this, each with 95 % confidence (Jeffreys; Brown, Cai, DasGupta 2001).
        declared: η, the miss rate of the policy.
    """

    answers: int
    wrong: int
    low: float
    high: float
    declared: float

    @property
    def is_exceeded(self) -> bool:
        """Whether people almost surely miss more than was declared."""
        return self.low > self.declared


def overlooking(scores: Iterable[Score], declared: float) -> Overlooking:
    """What the scores of all reviewers come to.

    >>> found = overlooking([Score(seen=100, right=80), Score(seen=100, right=90)], declared=0.05)
    >>> found.wrong, round(found.low, 3), found.is_exceeded
    (30, 0.112, True)
    """
    answers = wrong = 0
    for score in scores:
        answers += score.seen
        wrong += score.seen - score.right
    shape = (wrong + _JEFFREYS, answers - wrong + _JEFFREYS)
    low = beta.quantile(_TAIL, *shape) if wrong else 0.0
    high = beta.quantile(1 - _TAIL, *shape) if wrong < answers else 1.0
    return Overlooking(answers, wrong, low, high, declared)
