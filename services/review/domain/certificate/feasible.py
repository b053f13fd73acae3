"""Whether a policy's promise can be kept at all with any automatic decision."""

import math

from services.review.domain.certificate.credits import NONE, detection
from services.review.domain.certificate.lanes import terms_of
from shared.project import Policy

_HIGHEST_FLOOR = 0.5
"""The highest audit probability that is chosen where the policy names none."""

_LONGEST_WINDOW = 1_000_000
"""Of a project file."""


def objection(policy: Policy) -> str | None:
    """Why nothing could ever be automatic under a policy, with the cure; None: it could.

    Without credits P(Bin(B + 1, q) = 0) > δ: even if no check shows an error, too many may have
    escaped. So the budget B must be at least log δ / log(1 - q) - 1.

    >>> print(objection(Policy(window=20, error_rate=0.05)))
    policy.window: with an error_rate of 0.05 no check could prove the promise within 20 \
decisions; give a window of at least 80, or a higher error_rate
    >>> print(objection(Policy(audit_probability=1e-300)))
    policy.audit_probability: with checks of 1e-300 and an error_rate of 0.05 no window could \
prove the promise; leave audit_probability out or give a higher one, or a higher error_rate
    """
    terms = terms_of(policy)
    if terms.credits != NONE:
        return None
    if terms.delta <= 0:
        return (
            f"policy.confidence: {policy.confidence} is as good as certain; give at most 0.999999"
        )
    floor = policy.audit_probability or _HIGHEST_FLOOR
    chance = detection(floor, policy.miss_rate)
    wanted = math.log(terms.delta) / math.log1p(-chance) - 1 if chance else math.inf
    least = wanted / policy.error_rate
    if least > _LONGEST_WINDOW:
        return (
            f"policy.audit_probability: with checks of {floor:g} and an error_rate of "
            f"{policy.error_rate:g} no window could prove the promise; leave audit_probability "
            "out or give a higher one, or a higher error_rate"
        )
    budget = math.ceil(wanted)
    return (
        f"policy.window: with an error_rate of {policy.error_rate:g} no check could prove the "
        f"promise within {policy.window:,} decisions; give a window of at least "
        f"{math.ceil(budget / policy.error_rate):,}, or a higher error_rate"
    )
