"""How far groups of events lie from one another, in the usual measures of group fairness.

Definitions are those of fairlearn, which a test compares with; with more than two labels each label
is taken against all others, and the farthest one is told.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Disparity:
    """How far the parts of a slice lie from one another, by the label for which that is farthest.

    Each is a difference (0 is equal) or a ratio of the least to the greatest (1 is equal); None
    where it is not defined.

    Attributes:
        demographic_parity: of how often the model predicts a label.
        equalized_odds: of how often it predicts a label where that is true, or where it is not.
        error_rate: of how often it is wrong.
    """

    demographic_parity_difference: float | None = None
    demographic_parity_ratio: float | None = None
    equalized_odds_difference: float | None = None
    equalized_odds_ratio: float | None = None
    error_rate_difference: float | None = None


@dataclass(frozen=True, slots=True)
class Tallied:
    """One group.

    Attributes:
        selected: how often the model predicts each label.
        answers: (predicted, truth) -> how many events the answers stand for.
    """

    selected: Mapping[str, float]
    answers: Mapping[tuple[str, str], float]


def disparity(labels: Sequence[str], groups: Sequence[Tallied]) -> Disparity:
    """The measures over at least two groups; of fewer nothing can be said."""
    if len(groups) < 2:  # noqa: PLR2004
        return Disparity()
    selected = [[group.selected.get(label, 0.0) for group in groups] for label in labels]
    odds = [
        _known([_rate(group, label, where) for group in groups])
        for label in labels
        for where in (_is(label), _is_not(label))
    ]
    errors = _known([_error(group) for group in groups])
    return Disparity(
        demographic_parity_difference=_widest(selected),
        demographic_parity_ratio=_narrowest(selected),
        equalized_odds_difference=_widest(odds),
        equalized_odds_ratio=_narrowest(odds),
        error_rate_difference=_widest([errors]),
    )


def _widest(measured: Sequence[Sequence[float]]) -> float | None:
    """The greatest difference between groups, over all that was measured."""
    spans = [max(rates) - min(rates) for rates in measured if len(rates) > 1]
    return max(spans, default=None)


def _narrowest(measured: Sequence[Sequence[float]]) -> float | None:
    """The least ratio between groups, over all that was measured; what never happens is equal."""
    ratios = [min(rates) / max(rates) for rates in measured if len(rates) > 1 and max(rates)]
    return min(ratios, default=None)


def _rate(group: Tallied, label: str, belongs: Callable[[str], bool]) -> float | None:
    """How often the group's model predicts a label among answers of some truths."""
    among = {pair: count for pair, count in group.answers.items() if belongs(pair[1])}
    total = sum(among.values())
    return sum(n for (said, _), n in among.items() if said == label) / total if total else None


def _error(group: Tallied) -> float | None:
    total = sum(group.answers.values())
    wrong = sum(count for (said, truth), count in group.answers.items() if said != truth)
    return wrong / total if total else None


def _known(rates: Sequence[float | None]) -> list[float]:
    """Those of groups that have been answered."""
    return [rate for rate in rates if rate is not None]


def _is(label: str) -> Callable[[str], bool]:
    return lambda truth: truth == label


def _is_not(label: str) -> Callable[[str], bool]:
    return lambda truth: truth != label
