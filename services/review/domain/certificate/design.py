"""The audit floor p0 of the next block: few audits cost automation, many cost people.

Few audits leave much doubt about how many errors escaped, so the credits are few and the lane must
be narrow; many are dear themselves. The best p0 depends on how steeply risk rises with coverage,
which the risk curve tells. p0 is fixed when the block begins and rests on the past alone, so the
promise holds for whatever is chosen here.
"""

from collections.abc import Callable
from dataclasses import replace

from services.review.domain.certificate.block import Block, Terms
from services.review.domain.certificate.credits import NONE
from services.review.domain.certificate.risk import Curve
from services.review.domain.certificate.selector import pace

_FLOORS = (
    *(0.001, 0.0015, 0.002, 0.003, 0.004, 0.005, 0.006, 0.008, 0.01, 0.0125, 0.015, 0.02, 0.025),
    *(0.03, 0.04, 0.05, 0.06, 0.07, 0.08, 0.1, 0.13, 0.16, 0.2, 0.25, 0.3, 0.4, 0.5),
)

_ENOUGH = 1.01
"""Among floors that cost at most 1 % more than the best the highest is taken: it notices a change
sooner, and its credits are less of a lottery."""

_TYPICAL_COVERAGE = 0.75
_TYPICAL_ELASTICITY = 0.35


def designed(terms: Terms, curve: Curve | None, late: float = 0.0) -> Terms:
    """The terms with the floor that is expected to need the fewest reviews.

    Of each event a person sees, on average,

        1 - (1 - p) · C(min(α, R))        R: the pace of a whole block that has a - p·L credits

    Args:
        terms: whose α, W, δ and η count.
        curve: what labels show. Without it, or where it allows no lane with any floor,
            C(R) = .75 · (R/α)^.35, a middling problem.
        late: L, how many events enter the lane while an audit waits for its answer. Each of the
            p·L that wait is charged as an error, so late answers want more credits.

    Returns:
        The terms unchanged where no floor gives the block a credit.
    """
    offers = [replace(terms, floor=floor) for floor in _FLOORS]
    offers = [offer for offer in offers if offer.credits != NONE]
    if not offers:
        return terms
    costs = [_reviews(offer, curve.coverage, late) for offer in offers] if curve else []
    if not costs or min(costs) >= 1:
        costs = [_reviews(offer, _typical(terms.alpha), late) for offer in offers]
    least = min(costs)
    pairs = zip(reversed(offers), reversed(costs), strict=True)
    return next(offer for offer, cost in pairs if cost <= _ENOUGH * least)


def in_flight(block: Block | None) -> float:
    """How many events enter the lane while an audit waits (`late`), as the last block shows.

    Audits that wait are p0 times the events that entered the lane meanwhile (Little 1961).
    """
    return block.pending / block.terms.floor if block else 0.0


def _reviews(terms: Terms, coverage: Callable[[float], float], late: float) -> float:
    """The share of events that people see in a whole block."""
    credits_left = terms.credits - terms.floor * late
    risk = min(terms.alpha, pace(terms, credits_left, terms.window))
    return 1 - (1 - terms.floor) * coverage(risk)


def _typical(alpha: float) -> Callable[[float], float]:
    return lambda risk: _TYPICAL_COVERAGE * (risk / alpha) ** _TYPICAL_ELASTICITY
