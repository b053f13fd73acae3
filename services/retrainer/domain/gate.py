"""The gate: whether a candidate is not worse than the version in force.

Both are asked about answers that neither has learned. Their quadratic losses are compared answer
by answer; the candidate passes when the difference is proven, at every moment and overall as well
as in each part, to be below a margin. A candidate that is worse by the margin in any of them passes
with a chance of at most `betting.LEVEL`, however often one looks.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from services.retrainer.domain.betting import WatchedMean
from shared.events import Comparison

ALL, CHECKS = "all answers", "random checks"
MARGIN, PART_MARGIN = 0.02, 0.05
"""Quadratic loss, of at most 1, by which a candidate may be worse overall, and in a part."""
LEAST = 20
"""A part of fewer answers is not judged by itself."""
PATIENCE = 450
"""After so many answers without a proof a candidate waits for a person."""
_MOST_PARTS = 200


class Verdict(StrEnum):
    """What is known of a candidate, or of a part."""

    NOT_WORSE = "not_worse"
    WORSE = "worse"
    OPEN = "open"


@dataclass(frozen=True, slots=True)
class Tried:
    """An answer of people's, and what both had said.

    Attributes:
        champion: probabilities by label, of the version in force.
        candidate: the same of the candidate.
        slices: of the event.
        check: 1/π if it was a random check, else None.
    """

    label: str
    champion: Mapping[str, float]
    candidate: Mapping[str, float]
    slices: Mapping[str, str]
    check: float | None = None


@dataclass(slots=True)
class _Part:
    """The answers of one group."""

    margin: float
    watched: WatchedMean = field(default_factory=WatchedMean)
    weight: float = 0.0
    champion_wrong: float = 0.0
    candidate_wrong: float = 0.0

    def take(self, tried: Tried, weight: float) -> None:
        difference = loss(tried.candidate, tried.label) - loss(tried.champion, tried.label)
        self.watched.take(difference, weight)
        self.weight += weight
        self.champion_wrong += weight * (likeliest(tried.champion) != tried.label)
        self.candidate_wrong += weight * (likeliest(tried.candidate) != tried.label)

    @property
    def verdict(self) -> Verdict:
        low, high = self.watched.interval
        if low > high:  # first better, then worse, or the reverse: the world has turned meanwhile
            return Verdict.OPEN
        if high < self.margin:
            return Verdict.NOT_WORSE
        return Verdict.WORSE if low > 0 else Verdict.OPEN


class Trial:
    """A candidate beside its champion.

    Attributes:
        answers: how many were compared.
    """

    def __init__(self, slices: Sequence[str]) -> None:
        """Begin.

        Args:
            slices: names of the declared slices; each of their values is a part of its own.
        """
        self.answers = 0
        self._slices = tuple(slices)
        self._whole = _Part(MARGIN)
        self._checks = _Part(PART_MARGIN)
        self._parts: dict[str, _Part] = {}

    def take(self, tried: Tried) -> None:
        """Compare them on one more answer."""
        self.answers += 1
        self._whole.take(tried, 1.0)
        if tried.check is not None:
            self._checks.take(tried, tried.check)
        for name in self._slices:
            part = f"{name}={tried.slices.get(name, '')}"
            if part in self._parts or len(self._parts) < _MOST_PARTS:
                self._parts.setdefault(part, _Part(PART_MARGIN)).take(tried, 1.0)

    @property
    def verdict(self) -> Verdict:
        """Worse where any part is; not worse where all are proven not to be."""
        found = {part.verdict for part in self._judged().values()}
        if Verdict.WORSE in found:
            return Verdict.WORSE
        return Verdict.NOT_WORSE if found == {Verdict.NOT_WORSE} else Verdict.OPEN

    @property
    def waits(self) -> bool:
        """Whether the candidate needs a person: more answers will hardly prove it."""
        verdict = self.verdict
        undecided = verdict is Verdict.OPEN and self.answers >= PATIENCE
        return undecided or verdict is Verdict.WORSE

    def comparison(self) -> list[Comparison]:
        """All that is judged, in words and figures."""
        return [_told(name, part) for name, part in self._judged().items()]

    def _judged(self) -> dict[str, _Part]:
        parts = {CHECKS: self._checks, **dict(sorted(self._parts.items()))}
        enough = {name: p for name, p in parts.items() if p.watched.count >= LEAST}
        return {ALL: self._whole, **enough}


def loss(probabilities: Mapping[str, float], label: str) -> float:
    """The quadratic loss (Brier 1950), halved so that it is at most 1.

    >>> loss({"stay": 1.0, "leave": 0.0}, "leave"), loss({"stay": 0.5, "leave": 0.5}, "leave")
    (1.0, 0.25)
    """
    others = sum(p * p for name, p in probabilities.items() if name != label)
    return (others + (1 - probabilities.get(label, 0.0)) ** 2) / 2


def likeliest(probabilities: Mapping[str, float]) -> str:
    """The answer of a model."""
    return max(probabilities, key=probabilities.__getitem__)


def _told(name: str, part: _Part) -> Comparison:
    low, high = part.watched.interval
    weight = part.weight or 1.0
    return Comparison(
        group=name,
        answers=part.watched.count,
        champion_wrong=part.champion_wrong / weight,
        candidate_wrong=part.candidate_wrong / weight,
        low=low,
        high=high,
        margin=part.margin,
        verdict=part.verdict.value,
    )
