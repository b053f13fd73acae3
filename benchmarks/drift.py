"""Planted drifts: after how many answers they are noticed, and how often an alarm is false.

Errors of a model that says how sure it is, as the product watches them: 50,000 calm ones from
several seeds, then drifts that are planted after 2,000. Beside it River's detectors on the same
errors, each as it comes. A drift that is not found within 2,000 counts as 2,000.
"""

import argparse
import random
from collections.abc import Callable, Iterator, Sequence
from statistics import fmean, median
from typing import Any

from river import drift as river_drift

from benchmarks.table import Figure, main
from services.review.domain.drift import Monitor
from services.review.domain.drifting import (
    FALSE_ALARM_EVERY,
    Kind,
    Watched,
    start,
    surprise,
    thresholds,
)

WITHIN, CALM, BEFORE, MOST = 300.0, 50_000, 2_000, 2_000
PLANTED = ((0.05, 0.2), (0.1, 0.3), (0.2, 0.4), (0.3, 0.5))
ACCURACY = Watched(Kind.ACCURACY)
Error = tuple[float, float]
"""Whether the model was wrong, and with which probability it had said so."""


class Ours:
    """The product's monitor of accuracy, at its own threshold."""

    def __init__(self, seed: int) -> None:
        self._draw = random.Random(seed)  # noqa: S311 - breaks ties
        self._monitor = self._anew()
        self._limit = thresholds({ACCURACY: Monitor()})[ACCURACY]

    def alarms(self, error: Error) -> bool:
        """Take in an error; whether that raises an alarm."""
        value = surprise(*error, self._draw.random())
        self._monitor.observe(value, self._draw.random())
        if self._monitor.evidence < self._limit:
            return False
        self._monitor = self._anew()
        return True

    @staticmethod
    def _anew() -> Monitor:
        return start(ACCURACY)


class Reference:
    """A detector of River, which is told whether the model was wrong."""

    def __init__(self, make: Callable[[], Any]) -> None:
        self._detector = make()

    def alarms(self, error: Error) -> bool:
        """Take in an error; whether that raises an alarm."""
        self._detector.update(error[0])
        return bool(self._detector.drift_detected)


Detector = Ours | Reference
REFERENCES: dict[str, Callable[[], Any]] = {
    "ADWIN": river_drift.ADWIN,
    "Page-Hinkley": river_drift.PageHinkley,
    "DDM": river_drift.binary.DDM,
}


def measure(arguments: argparse.Namespace) -> Sequence[Figure]:
    """False alarms and delays, ours and those of River."""
    seeds = range(arguments.seeds)
    makers = {"": Ours} | {name: _reference(make) for name, make in REFERENCES.items()}
    figures = []
    for name, make in makers.items():
        who = name or "ours"
        false = fmean(sum(map(make(s).alarms, _errors(0.2, 0.2, CALM, s))) for s in seeds)
        goal = None if name else 1.0
        title = f"{who}: false alarms in {CALM:,}"
        figures.append(Figure(title, false, CALM / FALSE_ALARM_EVERY, goal, "", at_most=True))
        for before, after in PLANTED:
            delay = median(_delay(make(s), before, after, s) for s in seeds)
            title = f"{who}: errors {before:.0%} to {after:.0%}, noticed after"
            figures.append(Figure(title, delay, WITHIN, goal, "answers", at_most=True))
    return figures


def _reference(make: Callable[[], Any]) -> Callable[[int], Detector]:
    return lambda _: Reference(make)


def _delay(detector: Detector, before: float, after: float, seed: int) -> int:
    """Answers from the drift to the first alarm after it."""
    for place, error in enumerate(_errors(before, after, BEFORE + MOST, seed + 100)):
        if detector.alarms(error) and place >= BEFORE:
            return place - BEFORE + 1
    return MOST


def _errors(before: float, after: float, count: int, seed: int) -> Iterator[Error]:
    """Errors of a model whose own doubts vary; after BEFORE it is wrong more often than it says."""
    draw = random.Random(seed)  # noqa: S311 - planted, not secret
    for place in range(count):
        doubt = draw.betavariate(8 * before, 8 * (1 - before))
        share = doubt if place < BEFORE else min(1.0, doubt * after / before)
        yield float(draw.random() < share), doubt


if __name__ == "__main__":
    numbers = {"seeds": (10, "how many seeds; figures are means and medians")}
    main("Drift: noticed, and imagined", measure, numbers=numbers)
