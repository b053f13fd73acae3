"""How wide a lane may be: what the promise allows, as far as it is worth it."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from services.review.domain.certificate.block import Block
from services.review.domain.certificate.gate import Threshold
from services.review.domain.certificate.risk import Curve
from services.review.domain.certificate.selector import threshold, worthwhile
from shared.project import Policy

ANY = 1.0
"""A score is at most this."""


def allowed(policy: Policy, known: Callable[[], Curve | None], error_cost: float) -> Threshold:
    """The threshold of a lane.

    Where nothing is promised, nothing has to be proven. A promise needs evidence on the model,
    and without it the lane is shut.

    Args:
        policy: in force.
        known: what labels show of the lane and the model; None: not enough.
        error_cost: what a wrong event of the lane costs.
    """
    if not policy.promises:
        return _any
    curve = known()
    if curve is None or policy.review_cost is None:
        return partial(threshold, curve)
    return _Capped(curve, worthwhile(curve, error_cost, policy.review_cost))


@dataclass(frozen=True, slots=True)
class _Capped:
    """What the promise allows, as far as it is worth it."""

    known: Curve
    cap: float | None

    def __call__(self, block: Block) -> float | None:
        found = threshold(self.known, block)
        return None if found is None or self.cap is None else min(found, self.cap)


def _any(_: object) -> float | None:
    return ANY
