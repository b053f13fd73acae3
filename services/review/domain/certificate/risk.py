"""The risk curve: which share of the events up to each score is wrong, as labels show."""

import math
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate
from operator import itemgetter
from typing import NamedTuple

LEAST_EVIDENCE = 100
"""So many labels are needed before there is a curve at all."""

_SUPPORT = 50.0
"""A threshold needs the evidence of so many equally weighted labels below it."""

_STEPS = 200
_POINTS = 100
_PRIOR = 2.0


class Evidence(NamedTuple):
    """One labelled event.

    Attributes:
        score: 1 less the highest probability, by the version that is to serve.
        wrong: whether that version's likeliest label was not the right one.
        weight: 1/π, for how many events it stands: π is the probability with which it was to
            become evidence (of being audited; of being held out from learning).
    """

    score: float
    wrong: bool
    weight: float


class _Level(NamedTuple):
    """Neighbouring labels with one error rate.

    Attributes:
        score: the highest.
        weight: Σ w.
        wrong: Σ w over the wrong ones.
        square: Σ w².
        labels: how many.
    """

    score: float
    weight: float
    wrong: float
    square: float
    labels: int


@dataclass(frozen=True, slots=True)
class Curve:
    """Risk and coverage at each candidate threshold; all sequences rise and are equally long.

    Attributes:
        scores: the thresholds.
        risks: R(τ), the share of wrong ones among the events with a score of at most τ.
        shares: C(τ), the share of all events with a score of at most τ.
        levels: the highest score of each level of the local error rate ...
        errors: ... and that rate (see `error`); as long as `levels`.
    """

    scores: Sequence[float]
    risks: Sequence[float]
    shares: Sequence[float]
    levels: Sequence[float]
    errors: Sequence[float]

    def threshold(self, risk: float) -> float | None:
        """The highest threshold whose risk is at most `risk`; None if there is none."""
        place = bisect_right(self.risks, risk)
        return self.scores[place - 1] if place else None

    def coverage(self, risk: float) -> float:
        """The share of events below that threshold."""
        place = bisect_right(self.risks, risk)
        return self.shares[place - 1] if place else 0.0

    def error(self, score: float) -> float:
        """The calibrated chance that an event of this score is wrong.

        The rate r of its level, over k labels, is drawn towards the overall rate r̄ as by two more
        labels: (k·r + 2·r̄) / (k + 2). So a level without errors does not promise their absence.
        """
        return self.errors[min(bisect_left(self.levels, score), len(self.errors) - 1)]


def curve(evidence: Iterable[tuple[float, bool, float]]) -> Curve | None:
    """The curve that labels show, or None while they are fewer than `LEAST_EVIDENCE`.

    The local error rate r(s) is the weighted isotonic regression of the errors on the score, by
    pooling adjacent violators (Barlow et al. 1972): the best fit that never falls as the score
    rises. With weights w the cumulative risk and the coverage are

        R(τ) = Σ_{s≤τ} w·r(s) / Σ_{s≤τ} w         C(τ) = Σ_{s≤τ} w / Σ w

    told at the 100 quantiles of the weight below which the effective number of labels,
    (Σ w)² / Σ w² (Kish 1965), is at least 50.

    Args:
        evidence: see `Evidence`; plain tuples are as good, and quicker to make.
    """
    labels = sorted(evidence, key=itemgetter(0))
    if len(labels) < LEAST_EVIDENCE:
        return None
    steps = _steps(labels)
    levels = _pooled(steps)
    total = sum(level.weight for level in levels)
    mean = sum(level.wrong for level in levels) / total
    scores, risks, shares = _points(steps, levels, total)
    return Curve(
        scores,
        risks,
        shares,
        [level.score for level in levels],
        [
            (level.labels * level.wrong / level.weight + _PRIOR * mean) / (level.labels + _PRIOR)
            for level in levels
        ],
    )


def _steps(labels: Sequence[tuple[float, bool, float]]) -> list[_Level]:
    """The labels in some 200 groups of neighbours; equal scores share one."""
    size = math.ceil(len(labels) / _STEPS)
    steps: list[_Level] = []
    start = 0
    while start < len(labels):
        end = min(start + size, len(labels))
        while end < len(labels) and labels[end][0] == labels[end - 1][0]:
            end += 1
        group = labels[start:end]
        weights = [weight for _, _, weight in group]
        wrong = sum(weight for _, wrong, weight in group if wrong)
        square = sum(weight * weight for weight in weights)
        steps.append(_Level(group[-1][0], sum(weights), wrong, square, len(group)))
        start = end
    return steps


def _pooled(steps: Iterable[_Level]) -> list[_Level]:
    """The levels of the isotonic regression: their error rates rise."""
    levels: list[_Level] = []
    for level in steps:
        while levels and levels[-1].wrong * level.weight >= level.wrong * levels[-1].weight:
            level = _joined(levels.pop(), level)  # noqa: PLW2901 - it grows
        levels.append(level)
    return levels


def _joined(lower: _Level, upper: _Level) -> _Level:
    return _Level(
        upper.score,
        lower.weight + upper.weight,
        lower.wrong + upper.wrong,
        lower.square + upper.square,
        lower.labels + upper.labels,
    )


def _points(
    steps: Sequence[_Level], levels: Sequence[_Level], total: float
) -> tuple[list[float], list[float], list[float]]:
    """The candidate thresholds, with the risk and the coverage of each."""
    weight = wrong = square = due = 0.0
    points: list[tuple[float, float, float]] = []
    place, rate = -1, 0.0
    for step in steps:
        if place < 0 or step.score > levels[place].score:
            place += 1
            rate = levels[place].wrong / levels[place].weight
        weight += step.weight
        wrong += step.weight * rate
        square += step.square
        if (weight >= due or step is steps[-1]) and weight * weight >= _SUPPORT * square:
            points.append((step.score, wrong / weight, weight / total))
            due = weight + total / _POINTS
    scores, risks, shares = ([point[which] for point in points] for which in range(3))
    return scores, list(accumulate(risks, max)), shares
