"""Lift: how many wrong events people prevented, less those that they made wrong."""

from dataclasses import dataclass
from datetime import datetime

from services.review.domain import beta
from services.review.domain.figures import Figure, Span, share_of
from services.review.domain.gold import Score

EACH = 0.975
"""Two sources of doubt, each held with this confidence, hold together with 95 %."""
_ALONE = 0.95


@dataclass(frozen=True, slots=True)
class Balance:
    """Wrong events, where so many escaped and people err in this share of their answers.

    Where people err in a share e of what they see, they change r = q + (1-q)e of it if a share q of
    the predictions is wrong and every wrong one is changed; so q = (r-e) / (1-e), the estimate of
    Rogan and Gladen (1978) with a sensitivity of 1. A lower one gives a greater q.
    """

    seen: int
    changed: float
    escaped: float
    error: float

    @property
    def before(self) -> float:
        """Errors of the model, had it decided all of them alone."""
        if not self.seen or self.error >= 1:
            return self.escaped
        wrong = (self.changed / self.seen - self.error) / (1 - self.error)
        return max(wrong, 0.0) * self.seen + self.escaped

    @property
    def after(self) -> float:
        """Errors that are left."""
        return self.error * self.seen + self.escaped

    @property
    def prevented(self) -> float:
        """Errors that people prevented, less those that they made; below 0 if they made more."""
        return self.before - self.after


@dataclass(frozen=True, slots=True)
class Week:
    """Seven days, and the errors that people prevented in them.

    Attributes:
        prevented: rests on the events that people settled first in these days.
    """

    since: datetime
    until: datetime
    prevented: Figure


def error_of(gold: Score) -> Span:
    """In which share of their answers people err, with the Jeffreys interval of `EACH`."""
    wrong, answers = gold.seen - gold.right, gold.seen
    shape = (wrong + 0.5, answers - wrong + 0.5)
    tail = (1 - EACH) / 2
    return Span(
        wrong / answers if answers else 0.0,
        beta.quantile(tail, *shape) if wrong else 0.0,
        beta.quantile(1 - tail, *shape) if answers else 0.0,
    )


def prevented(seen: int, changed: int, gold: Score) -> Figure:
    """Errors that people prevented among what they have seen; what escaped is no part of it.

    What was changed is a count, but of events that could have been others: weeks are compared by
    it. So its interval is that of the share; where gold tells how often people err themselves, of
    that too (Bonferroni).

    Args:
        seen: events that a model had an opinion on and people have settled.
        changed: of these, with another label than the model's.
        gold: how people did on events whose answer is known.

    >>> found = prevented(100, 30, Score(seen=200, right=200))
    >>> found.value, round(found.low), round(found.high)
    (30.0, 18, 41)
    """
    error, share = error_of(gold), share_of("", changed, seen, EACH if gold.seen else _ALONE)

    def balance(part: float | None, err: float | None) -> float | None:
        return None if part is None else Balance(seen, part * seen, 0.0, err or 0.0).prevented

    return Figure(
        "errors_prevented",
        balance(share.value, error.value),
        balance(share.low, error.high),
        balance(share.high, error.low),
        "events",
        seen,
        "Events that the model would have decided wrongly and people decided rightly, less those "
        "that they made wrong. An event counts as wrong where people changed its label, less "
        f"people's own errors (Rogan-Gladen; Jeffreys intervals); {doubt(gold)}",
    )


def doubt(gold: Score) -> str:
    """What is known of people's own errors, in words."""
    if gold.seen:
        return f"people's errors are known from {gold.seen} answers on gold."
    return "without gold people's word is the truth, and the interval holds as far as that does."
