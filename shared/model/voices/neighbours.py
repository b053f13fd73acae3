"""What the nearest of some remembered examples were."""

from functools import cached_property
from itertools import count
from typing import ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from shared.model.encoded import Encoded
from shared.model.probabilities import Floats, over_labels
from shared.model.remembered import AGE_BITS, COARSENESS, Remembered
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
SLACK = 64.0
"""Added to the measure of what is near, half a standard deviation of one field: equals are not
believed without end."""
_AGES = np.int32((1 << AGE_BITS) - 1)
_FADINGS = tuple(np.exp2(-np.arange(1 << AGE_BITS) / life) for life in HALF_LIVES)


class NeighboursVoice:
    """Two opinions: the nearest examples, and the nearest of late.

    (Kernel-weighted nearest neighbours with a bandwidth that adapts, Loftsgaarden and Quesenberry
    1965; Samworth 2012.) Distances are whole numbers and ties fall to the younger example, so an
    answer has the same bits in every batch.

    Attributes:
        remembered: where the examples lie, the youngest first.
    """

    KIND: ClassVar[str] = "neighbours"
    speakers = len(NEARNESSES)

    def __init__(
        self, yardstick: Yardstick, remembered: Remembered, targets: NDArray[np.float32]
    ) -> None:
        """Take examples.

        Args:
            yardstick: gives rows their points.
            remembered: the points of the examples, the youngest first.
            targets: their label probabilities, shape (examples, labels).

        Raises:
            ValueError: the parts do not fit one another.
        """
        shape = (len(remembered), remembered.coordinates)
        if shape != (len(targets), yardstick.coordinates):
            raise ValueError(f"{shape} points for {len(targets)} neighbours")
        if len(remembered) > 1 << AGE_BITS:
            raise ValueError(f"{len(remembered)} neighbours, more than {1 << AGE_BITS}")
        self.remembered = remembered
        self._yardstick, self._targets = yardstick, targets

    def predict_log_proba(self, rows: Encoded) -> Floats:
        """Logarithms of probabilities, shape (rows, 2, labels)."""
        labels = self._targets.shape[1]
        if not len(self.remembered):
            return np.full((len(rows), self.speakers, labels), -np.log(labels))
        squares, ages = self._nearest(self._yardstick.points(rows.values))
        near = squares[min(NEAR, len(squares) - 1)] + SLACK
        heard = self._heard.take(ages, axis=1).transpose(1, 0, 2)
        said = np.empty((len(squares), self.speakers, labels, len(rows)))
        for opinion, nearness, fading in zip(count(), NEARNESSES, _FADINGS, strict=False):
            weights = np.exp(-squares / (nearness * near)) * fading.take(ages)
            np.multiply(weights[:, None], heard, out=said[:, opinion])
        masses = np.ascontiguousarray(said.sum(axis=0).transpose(2, 0, 1)) + self._usual
        probabilities: Floats = masses / over_labels(np.add, masses)
        return np.log(probabilities)

    def state(self) -> ModelState:
        """For `from_state`."""
        arrays: dict[str, Array] = {
            "points": self.remembered.points.astype(np.int8),
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
            Remembered.of(arrays["points"].astype(np.float32, casting="safe")),
            arrays["targets"].astype(np.float32, casting="safe"),
        )

    def _nearest(self, points: Points) -> tuple[Floats, NDArray[np.int64]]:
        """Squared distances of the nearest, ascending, and their ages, shape (nearest, rows).

        Distance and age are put into one whole number, which is faster to sort.
        """
        keys = self.remembered.distances(points).astype(np.int32)
        keys &= ~_AGES
        keys |= np.arange(len(self.remembered), dtype=np.int32)
        nearest = min(NEAREST, len(self.remembered))
        keys.partition(nearest - 1, axis=1)
        keys = np.sort(keys[:, :nearest], axis=1).T
        distances = (keys >> AGE_BITS) * np.float64(COARSENESS)
        return distances, (keys & _AGES).astype(np.int64)

    @cached_property
    def _heard(self) -> Floats:
        """Label probabilities of the examples, shape (labels, examples)."""
        return np.ascontiguousarray(self._targets.T, np.float64)

    @cached_property
    def _usual(self) -> Floats:
        """What is added to each label's mass, shape (labels,)."""
        usual: Floats = DOUBT * self._targets.mean(axis=0, dtype=np.float64) + LEAST
        return usual
