"""What the nearest of some remembered examples were."""

from functools import cached_property
from typing import ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from shared.model.encoded import Encoded
from shared.model.probabilities import Floats
from shared.model.state import Array, ModelState
from shared.model.yardstick import Points, Yardstick

NEAREST = 32
"""So many are heard."""
NEAR = 8
"""The distance of this one is the measure of what is near."""
NEARNESSES = (0.3, 0.2)
"""A neighbour at distance d counts exp(-d² / (nearness x near²)): one for each opinion."""
HALF_LIVES = (np.inf, 200.0)
"""After so many examples a neighbour counts half: one for each opinion."""
DOUBT = 0.1
"""What the mix of all remembered labels counts."""
LEAST = 1e-3
AGE_BITS = 10
"""At most 2**10 examples are remembered."""
COARSENESS = np.float32(8)
"""Squared distances are told apart by so much: below 2**24, they leave room for an age."""
SLACK = 64.0
"""Added to the measure of what is near, half a standard deviation of one field: equals are not
believed without end."""


class NeighboursVoice:
    """Two opinions: the nearest examples, and the nearest of late.

    (Kernel-weighted nearest neighbours with a bandwidth that adapts, Loftsgaarden and Quesenberry
    1965; Samworth 2012.) Distances are whole numbers and ties fall to the younger example, so an
    answer has the same bits in every batch.

    Attributes:
        points: where the examples lie, the youngest first.
    """

    KIND: ClassVar[str] = "neighbours"
    speakers = len(NEARNESSES)

    def __init__(self, yardstick: Yardstick, points: Points, targets: NDArray[np.float32]) -> None:
        """Take examples.

        Args:
            yardstick: gives rows their points.
            points: of the examples, the youngest first.
            targets: their label probabilities, shape (examples, labels).

        Raises:
            ValueError: the parts do not fit one another.
        """
        if points.shape != (len(targets), yardstick.coordinates):
            raise ValueError(f"{points.shape} points for {len(targets)} neighbours")
        if len(points) > 1 << AGE_BITS:
            raise ValueError(f"{len(points)} neighbours, more than {1 << AGE_BITS}")
        self.points = points
        self._yardstick, self._targets = yardstick, targets

    def predict_log_proba(self, rows: Encoded) -> Floats:
        """Logarithms of probabilities, shape (rows, 2, labels)."""
        labels = self._targets.shape[1]
        if not len(self.points):
            return np.full((len(rows), self.speakers, labels), -np.log(labels))
        squares, ages = self._nearest(self._yardstick.points(rows.values))
        near = squares[:, min(NEAR, squares.shape[1] - 1), None] + SLACK
        heard = self._targets.astype(np.float64)[ages]
        said = [
            (np.exp2(-ages / life) * np.exp(-squares / (nearness * near)))[:, :, None] * heard
            for nearness, life in zip(NEARNESSES, HALF_LIVES, strict=True)
        ]
        masses = np.stack([opinion.sum(axis=1) for opinion in said], axis=1) + self._usual
        probabilities: Floats = masses / masses.sum(axis=2, keepdims=True)
        return np.log(probabilities)

    def state(self) -> ModelState:
        """For `from_state`."""
        arrays: dict[str, Array] = {
            "points": self.points.astype(np.int8),
            "targets": self._targets,
        }
        document = {"kind": self.KIND}
        return ModelState.compose(
            document, yardstick=self._yardstick.state(), examples=ModelState({}, arrays)
        )

    @classmethod
    def from_state(cls, state: ModelState) -> Self:
        """The voice that `state` was taken of."""
        arrays = state.part("examples").arrays
        return cls(
            Yardstick.from_state(state.part("yardstick")),
            arrays["points"].astype(np.float32, casting="safe"),
            arrays["targets"].astype(np.float32, casting="safe"),
        )

    def _nearest(self, points: Points) -> tuple[Floats, NDArray[np.int64]]:
        """Squared distances of the nearest, ascending, and their ages, shape (rows, nearest).

        Distance and age are put into one whole number, which is faster to sort.
        """
        count = len(self.points)
        squares = (points @ self.points.T) * np.float32(-2)
        squares += self._squares
        squares += (points * points).sum(axis=1)[:, None]
        squares /= COARSENESS
        keys = squares.astype(np.int32)
        keys <<= AGE_BITS
        keys |= np.arange(count, dtype=np.int32)
        nearest = min(NEAREST, count)
        keys.partition(nearest - 1, axis=1)
        keys = np.sort(keys[:, :nearest], axis=1)
        distances = (keys >> AGE_BITS) * np.float64(COARSENESS)
        return distances, (keys & ((1 << AGE_BITS) - 1)).astype(np.int64)

    @cached_property
    def _squares(self) -> Points:
        squares: Points = (self.points * self.points).sum(axis=1)
        return squares

    @cached_property
    def _usual(self) -> Floats:
        """What is added to each label's mass, shape (labels,)."""
        usual: Floats = DOUBT * self._targets.mean(axis=0, dtype=np.float64) + LEAST
        return usual
