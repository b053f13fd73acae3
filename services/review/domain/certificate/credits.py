"""How many wrong audits a block may find before its promise is in danger."""

import math
from functools import lru_cache

NONE = -1
"""The credits of a block that cannot promise anything: nothing may be automated in it."""


_MOST = 100_000
"""No block has more credits, although it might: fewer are on the safe side, and soon counted."""


def detection(probability: float, miss_rate: float) -> float:
    """The chance q that a wrong event in the lane is found, given that it is found or escapes.

        q = p(1-η) / (p(1-η) + 1-p)

    Args:
        probability: p, with which it is audited, in (0, 1).
        miss_rate: η, the chance that people overlook its error, in [0, 1).

    >>> detection(0.5, 0.0)
    0.5
    """
    found = probability * (1 - miss_rate)
    return found / (found + 1 - probability)


@lru_cache(1024)
def credits(budget: int, probability: float, delta: float, miss_rate: float = 0.0) -> int:
    """The largest a with P(Bin(B + 1 + a, q) ≤ a) ≤ δ, or `NONE`.

    That is the chance of B + 1 escapes before more than a finds: the escape that breaks the
    promise comes while at most a errors are found. It is the distribution function at a of a
    negative binomial with B + 1 escapes (Feller, vol. I, VI.8), summed term by term:

        P(k finds before escape B + 1) = C(B + k, k) qᵏ (1-q)ᴮ⁺¹

    Args:
        budget: B, how many wrong acceptances are allowed.
        probability: the least chance p of an audit, in (0, 1).
        delta: δ, the chance of a broken promise, in (0, 1).
        miss_rate: η, the chance that people overlook an error, in [0, 1).

    >>> credits(500, 0.07, 0.05)
    27
    >>> credits(20, 0.02, 0.05)
    -1
    """
    q = detection(probability, miss_rate)
    if not q:
        return NONE
    log_term = (budget + 1) * math.log1p(-q)
    below = math.exp(log_term)
    finds = 0
    while below <= delta and finds < _MOST:
        finds += 1
        log_term += math.log(q * (budget + finds) / finds)
        below += math.exp(log_term)
    return finds - 1
