"""The error rate of what would be automatic, from what people said of it, and from nothing else.

Every event had a known chance π > 0 to be seen by a person, so those that were answered can stand
for all: each for 1/π (Horvitz and Thompson 1952; as a ratio, Hájek 1971). No model of errors and
no imputed answer has a part in it. Where few answers tell of what would be automatic, the ledger
has no support for the question, and the interval says so.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from services.review.domain import beta
from services.review.domain.simulation.past import Past

_TAIL = 0.025
_ENOUGH = 30.0
"""Fewer effective answers are no support; with 30 right ones up to 12 % may be wrong."""


@dataclass(frozen=True, slots=True)
class Support:
    """What answers tell of the events that would be automatic.

    Attributes:
        label: the predicted one; None: all together.
        automatic: how many events would be automatic, on average.
        answers: how many of their like were answered.
        effective: how many answers with equal weights these are worth (Kish 1965).
        estimate: the share of wrong ones; None without any answer.
        low: it is at least this, and ...
        high: ... at most this, with 95 % confidence.
    """

    label: str | None
    automatic: float
    answers: int
    effective: float
    estimate: float | None
    low: float
    high: float

    @property
    def is_enough(self) -> bool:
        """Whether the answers support an estimate, or nothing would be automatic."""
        return not self.automatic or self.effective >= _ENOUGH


def supports(events: Iterable[Past], escapes: Mapping[int, float]) -> list[Support]:
    """For all events together, and for each predicted label.

    Args:
        events: of the stretch.
        escapes: how often each event, by its place, would be automatic: its chance to be in the
            lane times its chance not to be checked there.
    """
    groups: dict[str | None, list[tuple[Past, float]]] = {None: []}
    for past in events:
        weight = escapes.get(past.place, 0.0)
        if weight:
            groups[None].append((past, weight))
            groups.setdefault(past.predicted, []).append((past, weight))
    return [_support(label, group) for label, group in groups.items()]


def _support(label: str | None, group: list[tuple[Past, float]]) -> Support:
    automatic = sum(weight for _, weight in group)
    told = [(past.wrong, weight / past.probability) for past, weight in group if past.said]
    if not told:
        return Support(label, automatic, 0, 0.0, None, 0.0, 1.0)
    total = sum(weight for _, weight in told)
    effective = total**2 / sum(weight**2 for _, weight in told)
    estimate = sum(weight for wrong, weight in told if wrong) / total
    low, high = interval(estimate * effective, effective)
    return Support(label, automatic, len(told), effective, estimate, low, high)


def interval(part: float, whole: float) -> tuple[float, float]:
    """The 95 % interval of a share (Clopper and Pearson 1934).

    For effective numbers, which need not be whole (Korn and Graubard 1998).

    >>> low, high = interval(0, 30)
    >>> low, round(high, 3)
    (0.0, 0.116)
    """
    rest = whole - part
    low = beta.quantile(_TAIL, part, rest + 1) if part > 0 else 0.0
    high = beta.quantile(1 - _TAIL, part + 1, rest) if rest > 0 else 1.0
    return low, high
