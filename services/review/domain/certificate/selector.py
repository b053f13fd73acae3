"""The threshold of a lane: as much automation as the block's credits pay for.

Nothing here can weaken the promise, which holds for any threshold. It decides how many reviews the
promise costs.
"""

import math
from bisect import bisect_right

from services.review.domain.certificate.block import Block, Terms
from services.review.domain.certificate.credits import NONE
from services.review.domain.certificate.risk import Curve


def pace(terms: Terms, credits_left: float, to_go: int) -> float:
    """The risk at which the credits that are left last exactly to the end of the block.

    Of the wrong events in the lane p(1-η) are found for each 1-p that escape. So n more
    acceptances at risk R cost n · R · p(1-η) / (1-p) credits on average. Half a credit more than
    there are is spent, because a block survives until its credits are exceeded, not until they
    are used up.

    Args:
        terms: of the block.
        credits_left: how many are neither spent nor held by an audit that waits.
        to_go: acceptances until the block is full, at least 1.

    Where every event is audited nothing escapes, and any risk will do.
    """
    if terms.floor >= 1:
        return math.inf
    found_per_escape = terms.floor * (1 - terms.miss_rate) / (1 - terms.floor)
    return max(0.0, credits_left + 0.5) / (to_go * found_per_escape)


def worthwhile(curve: Curve, error_cost: float, review_cost: float) -> float | None:
    """The highest score at which an error is not expected to cost more than an answer; None: none.

    A person is asked where P(wrong | score) · error cost > review cost (Chow 1970).
    """
    place = bisect_right(curve.errors, review_cost / error_cost if error_cost else math.inf)
    return curve.levels[place - 1] if place else None


def threshold(curve: Curve | None, block: Block) -> float | None:
    """The highest score allowed in the block's lane; None shuts it.

    It is the most permissive threshold whose risk R(τ) is at most the pace of the block, and at
    most α: where errors were rarer than expected the lane grows wider towards the block's end, and
    where they were more frequent it narrows. Asked again after each label, it is a feedback that
    needs no exact curve.

    An audit that waits is charged as an error, as the gate charges it. Most turn out right; but
    where answers are late others wait by then, and a lane that counts on them is shut for all
    events, the easy ones too, long before the block's end.
    """
    terms = block.terms
    if curve is None or terms.credits == NONE or not block.is_open:
        return None
    to_go = max(1, terms.window - block.accepted)
    return curve.threshold(min(terms.alpha, pace(terms, block.left, to_go)))
