"""From the voices' opinions to one answer."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np

from shared.model.mixer.pool import LogOpinionPool, pooled
from shared.model.mixer.share import FixedShare
from shared.model.mixer.temperature import Temperatures, tempered
from shared.model.probabilities import Floats, abreast, centred
from shared.model.state import ModelState

BOLDEST = 1e-3
"""No voice is heard with a probability below this."""
ADDED = 2
"""Members of the top mixture beside the voices: the pool and the plain mean."""


@dataclass(frozen=True)
class Weights:
    """A snapshot of the mixer: all that is needed to answer.

    Attributes:
        scales: temperature of each voice, shape (voices,).
        pool: weights of the log-opinion pool, shape (voices,).
        biases: of the pool, shape (labels,).
        shares: of the voices, the pool and the mean, shape (voices + 2,).
    """

    scales: Floats
    pool: Floats
    biases: Floats
    shares: Floats

    def __post_init__(self) -> None:
        voices = len(self.scales)
        if len(self.pool) != voices or len(self.shares) != voices + ADDED:
            raise ValueError(f"weights that do not fit {voices} voices")

    def mix(self, logs: Floats) -> Floats:
        """One answer a row, shape (rows, labels), of log-probabilities (rows, voices, labels)."""
        _, members = self.members(bounded(logs))
        answers: Floats = (members * self.shares[:, None]).sum(axis=1)
        return answers

    def members(self, logs: Floats) -> tuple[Floats, Floats]:
        """Tempered voices (centred logarithms), and the members of the top mixture."""
        probabilities, softened = tempered(logs, self.scales)
        pool = pooled(softened, self.pool, self.biases)[:, None]
        mean = probabilities.mean(axis=1, keepdims=True)
        return softened, abreast([probabilities, pool, mean])

    def state(self) -> ModelState:
        """For `from_state`."""
        arrays = {
            "scales": self.scales,
            "pool": self.pool,
            "biases": self.biases,
            "shares": self.shares,
        }
        return ModelState({}, arrays)

    @classmethod
    def from_state(cls, state: ModelState) -> Self:
        """The weights that `state` was taken of."""
        names = ("scales", "pool", "biases", "shares")
        return cls(*(state.arrays[name].astype(np.float64, casting="safe") for name in names))


class Mixer:
    """Learns whom to trust: temperature, then log-opinion pool, then fixed share.

    One mechanism promotes challengers, answers to drift and calibrates.
    """

    def __init__(self, temperatures: Temperatures, pool: LogOpinionPool, share: FixedShare) -> None:
        self._temperatures = temperatures
        self._pool = pool
        self._share = share

    @classmethod
    def start(cls, voices: int, labels: int) -> Self:
        """One that trusts all alike."""
        return cls(Temperatures(voices), LogOpinionPool(voices, labels), FixedShare(voices + ADDED))

    @property
    def voices(self) -> int:
        """How many it listens to."""
        return len(self._temperatures.scales)

    @property
    def weights(self) -> Weights:
        """A snapshot."""
        pool, scales = self._pool, self._temperatures.scales
        return Weights(scales, pool.weights, pool.biases, self._share.weights)

    def learn(self, logs: Floats, target: Floats) -> Floats:
        """Take in what the voices said on one example, shape (voices, labels).

        Returns:
            The answer beforehand, shape (labels,).
        """
        limited = bounded(logs[None])
        weights = self.weights
        softened, members = weights.members(limited)
        self._share.learn(members[0], target)
        self._pool.learn(softened[0], target)
        self._temperatures.learn(limited[0], target)
        answer: Floats = (members[0] * weights.shares[:, None]).sum(axis=0)
        return answer

    def losses(self, count: int) -> Floats:
        """What each voice lost on the newest examples, tempered; shape (examples, voices)."""
        return self._pool.losses(count)

    def relabel(self, sources: Sequence[int | None]) -> None:
        """Change the labels: for each new one its old position, or None."""
        self._pool.relabel(sources)

    def state(self) -> ModelState:
        """For `from_state`."""
        return ModelState.compose(
            {},
            temperatures=self._temperatures.state(),
            pool=self._pool.state(),
            share=self._share.state(),
        )

    @classmethod
    def from_state(cls, state: ModelState) -> Self:
        """The mixer that `state` was taken of."""
        return cls(
            Temperatures.from_state(state.part("temperatures")),
            LogOpinionPool.from_state(state.part("pool")),
            FixedShare.from_state(state.part("share")),
        )


def bounded(logs: Floats) -> Floats:
    """Log-probabilities that are not too bold, centred over the labels."""
    limited = np.maximum(logs, np.log(BOLDEST))
    return centred(limited)
