"""What others do: a threshold without audits, from a setting or from the labels that come by."""

import warnings
from collections import deque
from typing import Any, Protocol

import numpy as np
from mapie.classification import SplitConformalClassifier

from benchmarks.certificate.certified import BATCH
from benchmarks.certificate.learners import Learner
from benchmarks.certificate.outcome import Outcome, Promise, in_blocks
from benchmarks.certificate.streams import Flags, Floats, Stream
from services.review.domain.certificate.risk import Curve, curve

_FIXED = 0.1
_CALIBRATED_ON = 12_000
_ROLLING = 1_000
_LEAST = 100
_SAMPLE = 0.1
_FRESH = 500


class Rule(Protocol):
    """Says which events are accepted.

    Attributes:
        sample: the share of all events that people see whatever the rule says, drawn at random; if
            there is one, only these labels are taken.
    """

    sample: float

    def accepts(self, scores: Floats) -> Flags:
        """Which of these events no person sees."""

    def take(self, scores: Floats, wrongs: Flags) -> None:
        """What people said."""


class Fixed:
    """Accepts what the model is 90 % sure of, as Amazon A2I and Label Studio let one set it."""

    sample = 0.0

    def accepts(self, scores: Floats) -> Flags:
        """See `Rule`."""
        return scores <= _FIXED

    def take(self, scores: Floats, wrongs: Flags) -> None:
        """See `Rule`: a setting learns nothing."""


class Calibrated:
    """Accepts up to the score at which the risk of the labels that came by is α."""

    sample = 0.0

    def __init__(self, promise: Promise) -> None:
        self._alpha = promise.alpha
        self._labels: deque[tuple[float, bool, float]] = deque(maxlen=_CALIBRATED_ON)
        self._curve: Curve | None = None
        self._fresh = 0

    def accepts(self, scores: Floats) -> Flags:
        """See `Rule`."""
        threshold = self._curve.threshold(self._alpha) if self._curve else None
        return scores <= threshold if threshold is not None else np.zeros(len(scores), bool)

    def take(self, scores: Floats, wrongs: Flags) -> None:
        """See `Rule`."""
        self._labels.extend((s, w, 1.0) for s, w in zip(scores, wrongs, strict=True))
        self._fresh += len(scores)
        if self._curve is None or self._fresh >= _FRESH:
            self._curve, self._fresh = curve(self._labels), 0


class Conformal:
    """Accepts what has one label in its prediction set.

    MAPIE's split conformal classifier with the LAC score, on the last 1,000 labels of a random
    sample of all events.
    """

    sample = _SAMPLE

    def __init__(self, promise: Promise) -> None:
        self._confidence = 1 - promise.alpha
        self._labels: deque[tuple[float, bool]] = deque(maxlen=_ROLLING)
        self._sets: Any = None
        self._fresh = 0

    def accepts(self, scores: Floats) -> Flags:
        """See `Rule`."""
        if self._sets is None:
            return np.zeros(len(scores), bool)
        _, sets = self._sets.predict_set(scores[:, None])
        single: Flags = sets[:, :, 0].sum(axis=1) == 1
        return single

    def take(self, scores: Floats, wrongs: Flags) -> None:
        """See `Rule`."""
        self._labels.extend(zip(scores, wrongs, strict=True))
        self._fresh += len(scores)
        if len(self._labels) >= _LEAST and (self._sets is None or self._fresh >= _FRESH):
            known, wrong = map(np.array, zip(*self._labels, strict=True))
            self._sets, self._fresh = self._conformalised(known, wrong), 0

    def _conformalised(self, scores: Floats, wrongs: Flags) -> Any:  # noqa: ANN401 - untyped
        sets = SplitConformalClassifier(
            estimator=_Scores(),
            confidence_level=self._confidence,
            conformity_score="lac",
            prefit=True,
        )
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            sets.conformalize(scores[:, None], wrongs.astype(int))
        return sets


class _Scores:
    """A classifier of two classes, as MAPIE wants one: 0 the likeliest label, 1 the other."""

    classes_ = np.array([0, 1])

    def fit(self, rows: Floats, labels: Flags) -> "_Scores":  # noqa: ARG002 - as wanted
        """It is fitted."""
        return self

    def predict(self, rows: Floats) -> Flags:
        """Always the likeliest."""
        return np.zeros(len(rows), bool)

    def predict_proba(self, rows: Floats) -> Floats:
        """By the score."""
        return np.hstack([1 - rows, rows])

    def __sklearn_is_fitted__(self) -> bool:
        return True


def play(stream: Stream, learner: Learner, rule: Rule, promise: Promise) -> Outcome:
    """The whole stream; the labels of what people see are learned."""
    accepted = np.zeros(len(stream), bool)
    escaped = np.zeros(len(stream), bool)
    for begin in range(0, len(stream), BATCH):
        events = slice(begin, min(begin + BATCH, len(stream)))
        scores, wrongs = learner.judge(events)
        drawn = stream.luck[events] < rule.sample
        alone = rule.accepts(scores) & ~drawn
        accepted[events], escaped[events] = alone, alone & wrongs
        told = drawn if rule.sample else ~alone
        rule.take(scores[told], wrongs[told])
        learner.learn((begin + np.flatnonzero(~alone)).tolist())
    return Outcome(accepted, escaped, in_blocks(escaped[accepted], promise.window))
