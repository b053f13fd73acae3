"""Answers that nobody gave, drawn from what people said of like events.

Multiple imputation (Rubin 1987): for each play the error rates are drawn from what is known of
them, and the answers from these rates, so that the spread of many plays tells how little is known.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from random import Random

from services.review.domain.certificate.risk import LEAST_EVIDENCE, curve
from services.review.domain.simulation.past import Past

_SEGMENT = 400
"""So many answers of a label make a segment of time: the world and the model may change."""

_PRIOR = 2.0
_JEFFREYS = 0.5
_LEAST = 0.25


@dataclass(frozen=True, slots=True)
class _Level:
    """Scores with one error rate: its mean, and on how many answers it rests."""

    until: float
    error: float
    answers: float

    def drawn(self, draw: Random) -> float:
        known = self.answers + _PRIOR
        return draw.betavariate(known * self.error + _LEAST, known * (1 - self.error) + _LEAST)


_Levels = list[_Level]


class Imputer:
    """What is known of errors: by predicted label, by time, by score."""

    def __init__(self, events: Sequence[Past]) -> None:
        """Learn from the answered ones, each weighed by 1/π: it stands for so many like it."""
        answered = [past for past in events if past.said]
        self._all = _levels(answered)
        self._segments: dict[str, list[tuple[int, _Levels]]] = {}
        for label in {past.predicted for past in answered}:
            own = [past for past in answered if past.predicted == label]
            if len(own) >= LEAST_EVIDENCE:
                self._segments[label] = _by_time(own)

    def drawn(self, draw: Random) -> Callable[[Past], float]:
        """Error rates that what is known allows: a function from an event to its own."""
        common = _rates(self._all, draw)
        own = {
            label: [(until, _rates(levels, draw)) for until, levels in segments]
            for label, segments in self._segments.items()
        }

        def rate(past: Past) -> float:
            segments = own.get(past.predicted)
            if segments is None:
                return common(past.score)
            for until, known in segments:
                if past.place <= until:
                    return known(past.score)
            return segments[-1][1](past.score)

        return rate


def _by_time(answered: Sequence[Past]) -> list[tuple[int, _Levels]]:
    """Segments of time with their levels, each up to a place in the ledger."""
    count = max(1, len(answered) // _SEGMENT)
    bounds = [round(n * len(answered) / count) for n in range(count + 1)]
    parts = [answered[low:high] for low, high in pairwise(bounds)]
    return [(part[-1].place, _levels(part)) for part in parts]


def _levels(answered: Sequence[Past]) -> _Levels:
    """The error rate by score, as the product itself reckons it where there are enough answers."""
    known = curve([(p.score, bool(p.wrong), 1 / p.probability) for p in answered])
    if known is None:
        wrong = sum(bool(past.wrong) for past in answered)
        rate = (wrong + _JEFFREYS) / (len(answered) + 2 * _JEFFREYS)
        return [_Level(1.0, rate, len(answered))]
    scores = sorted(past.score for past in answered)
    until = [0, *(bisect_right(scores, level) for level in known.levels[:-1]), len(scores)]
    sizes = [high - low for low, high in pairwise(until)]
    return [
        _Level(level, error, size)
        for level, error, size in zip(known.levels, known.errors, sizes, strict=True)
    ]


def _rates(levels: _Levels, draw: Random) -> Callable[[float], float]:
    untils = [level.until for level in levels]
    drawn = [level.drawn(draw) for level in levels]
    return lambda score: drawn[min(bisect_left(untils, score), len(drawn) - 1)]
