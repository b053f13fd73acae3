"""What gives the scores: a quick learner for synthetic streams, and one that is always wrong."""

from collections.abc import Sequence
from typing import Protocol

import numpy as np

from benchmarks.certificate.streams import FEATURES, Flags, Floats, Stream

Events = Sequence[int] | slice

_HALF_LIFE = 1_500
_LONGEST_STEP = 3.0
_RIDGE = 0.3
_EVEN = 0.5


class Learner(Protocol):
    """Judges events of one stream, and learns from the labels of some."""

    def judge(self, events: Events) -> tuple[Floats, Flags]:
        """The scores (1 less the highest probability), and whether the likeliest label is wrong."""

    def learn(self, events: Sequence[int]) -> None:
        """Learn these events' labels."""


class Logistic:
    """Logistic regression, one Newton step a batch; old labels fade with a half-life of 1,500."""

    def __init__(self, stream: Stream) -> None:
        self._rows = np.hstack([stream.features, np.ones((len(stream), 1))])
        self._labels = stream.labels
        self._chances = stream.chances
        self._weights = np.zeros(FEATURES + 1)
        self._information = _RIDGE * np.eye(FEATURES + 1)

    def judge(self, events: Events) -> tuple[Floats, Flags]:
        """See `Learner`."""
        chances = self._chance(events)
        return np.minimum(chances, 1 - chances), (chances > _EVEN) != self._labels[events]

    def true_risk(self, events: Events) -> Floats:
        """The true chance of each event that the likeliest label is wrong."""
        truly = self._chances[events]
        return np.where(self._chance(events) > _EVEN, 1 - truly, truly)

    def learn(self, events: Sequence[int]) -> None:
        """See `Learner`."""
        if not events:
            return
        rows, chances = self._rows[events], self._chance(events)
        kept = 0.5 ** (len(events) / _HALF_LIFE)
        spread = chances * (1 - chances)
        self._information = kept * self._information + (rows * spread[:, None]).T @ rows
        self._information += (1 - kept) * _RIDGE * np.eye(FEATURES + 1)
        step = np.linalg.solve(self._information, rows.T @ (self._labels[events] - chances))
        self._weights += step * min(1.0, _LONGEST_STEP / (1e-9 + float(np.linalg.norm(step))))

    def _chance(self, events: Events) -> Floats:
        logits: Floats = self._rows[events] @ self._weights
        return 1 / (1 + np.exp(-logits))


class Hostile:
    """The worst model there can be: perfectly sure, and always wrong."""

    def judge(self, events: Events) -> tuple[Floats, Flags]:
        """See `Learner`."""
        count = events.stop - events.start if isinstance(events, slice) else len(events)
        return np.zeros(count), np.ones(count, bool)

    def learn(self, events: Sequence[int]) -> None:
        """It does not."""
