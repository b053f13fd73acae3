"""Whether a policy's promise can be kept at all with any automatic decision."""

import math

from services.review.domain.certificate.credits import NONE, detection
from services.review.domain.certificate.lanes import terms_of
from shared.project import Policy

_HIGHEST_FLOOR = 0.5
"""The highest audit probability that is chosen where the policy names none."""


def objection(policy: Policy) -> str | None:
    """Why nothing could ever be automatic under a policy, with the cure; None: it could.

    Without credits P(Bin(B + 1, q) = 0) > δ: even if no check shows an error, too many may have
    escaped. So the budget B must be at least log δ / log(1 - q) - 1.

    >>> print(objection(Policy(window=20, error_rate=0.05)))
    policy.window: with an error_rate of 0.05 no check could prove the promise within 20 \
decisions; give a window of at least 80, or a higher error_rate
    """
    terms = terms_of(policy)
    if terms.credits != NONE:
        return None
    floor = policy.audit_probability or _HIGHEST_FLOOR
    chance = detection(floor, policy.miss_rate)
    budget = math.ceil(math.log(terms.delta) / math.log1p(-chance)) - 1
    return (
        f"policy.window: with an error_rate of {policy.error_rate:g} no check could prove the "
        f"promise within {policy.window:,} decisions; give a window of at least "
        f"{math.ceil(budget / policy.error_rate):,}, or a higher error_rate"
    )
