"""Whether a reviewer may go on, or begin."""

import math
from dataclasses import dataclass

from services.review.domain import beta
from services.review.domain.quality import Skill

LEAST_ANSWERS = 10
"""Nobody is paused on fewer known answers."""

FALSE_PAUSE = 0.001
"""The chance that somebody who is as good as the bar is ever paused."""


@dataclass(frozen=True, slots=True)
class Tally:
    """How many answers turned out right, of those whose truth is known (or believed, in part)."""

    right: float
    answered: float

    @classmethod
    def of(cls, skill: Skill) -> "Tally":
        """Gold and settled answers together, as the skill counts them."""
        return cls(skill.right, skill.answered)


def is_below(
    tally: Tally,
    bar: float,
    least: float = LEAST_ANSWERS,
    false_pause: float = FALSE_PAUSE,
) -> bool:
    """Whether a reviewer's accuracy is below the bar, beyond reasonable doubt.

    May be asked after every answer. The evidence is the likelihood of the tally under accuracies
    below the bar (all equally likely) over its likelihood at the bar. While the reviewer is as
    good as the bar or better, this is a supermartingale; so by Ville's inequality it *ever*
    exceeds 1 / false_pause with a chance of at most `false_pause`, however many answers follow
    (Robbins 1970; Ramdas, Grünwald, Vovk and Shafer 2023). Weights below 1 keep that property, but
    settled answers keep it only as far as votes find the truth.

    Args:
        tally: what is known.
        bar: the least accuracy that is good enough, in (0, 1).
        least: no verdict on fewer answers.
        false_pause: see above.

    >>> is_below(Tally(right=6, answered=30), bar=0.6)
    True
    >>> is_below(Tally(right=15, answered=30), bar=0.6)
    False
    """
    return tally.answered >= least and _log_evidence(tally, bar) >= -math.log(false_pause)


def passed(right: int, total: int, pass_at: float) -> bool:
    """Whether an exam is passed: a share of at least `pass_at` of its answers is right.

    An exam without questions is never passed.

    >>> passed(8, 10, 0.8), passed(7, 10, 0.8), passed(0, 0, 0.0)
    (True, False, False)
    """
    return total > 0 and right / total >= pass_at


def _log_evidence(tally: Tally, bar: float) -> float:
    """The logarithm of  1/bar ∫ pʳ (1-p)ʷ dp  over  barʳ (1-bar)ʷ,  the integral from 0 to bar."""
    right, wrong = tally.right, tally.answered - tally.right
    below = beta.cdf(bar, right + 1, wrong + 1)
    if below <= 0:
        return -math.inf
    averaged = math.log(below) + beta.log_beta(right + 1, wrong + 1) - math.log(bar)
    return averaged - right * math.log(bar) - wrong * math.log1p(-bar)
