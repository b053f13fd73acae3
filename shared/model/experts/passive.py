"""A passive-aggressive tracker."""

from collections.abc import Sequence
from typing import ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from shared.model.encoded import Encoded
from shared.model.experts.expert import Targets
from shared.model.experts.linear import LinearWeights, picked, put
from shared.model.probabilities import Floats, log_softmax
from shared.model.sparse import SparseRows
from shared.model.state import ModelState
from shared.model.voices.linear import LinearVoice

LARGEST_STEP = 1.0
"""The aggressiveness C of PA-I."""
SCALE = 2.0
"""From margins to logits; the mixer's temperature does the rest."""


class PassiveExpert:
    """Multi-class PA-I (Crammer et al. 2006, section 4): each mistake is mended at once.

    It follows drifting streams closely and forgets fast; on steady ones the mixer leaves it out.
    """

    KIND: ClassVar[str] = "passive"
    name = KIND
    speakers = 1

    def __init__(self, linear: LinearWeights) -> None:
        self._linear = linear

    @classmethod
    def start(cls, width: int, labels: int) -> Self:
        """One that has learned nothing."""
        return cls(LinearWeights(width, labels, 1, ("weights",)))

    def predict_log_proba(self, rows: Encoded) -> Floats:
        """Logarithms of probabilities, shape (rows, 1, labels)."""
        return log_softmax(SCALE * self._linear.logits(rows.sparse.present))

    def learn(self, rows: Encoded, targets: Targets) -> None:
        """Mend what is wrong, row by row."""
        several = rows.sparse.split() if len(rows) > 1 else [rows.sparse]
        for row, target in zip(several, targets, strict=True):
            self._mend(row, target)

    def rehearse(self, rows: SparseRows, targets: Targets) -> None:
        """Old examples are left alone: it is for what is new."""

    def relabel(self, sources: Sequence[int | None]) -> None:
        """Change the labels."""
        self._linear.relabel(sources)

    def voice(self, columns: NDArray[np.int32]) -> LinearVoice:
        """A snapshot."""
        return self._linear.voice(columns, SCALE)

    def state(self) -> ModelState:
        """For `from_state`."""
        return self._linear.state({})

    @classmethod
    def from_state(cls, state: ModelState) -> Self:
        """The expert that `state` was taken of."""
        return cls(LinearWeights.from_state(state))

    def _mend(self, row: SparseRows, target: NDArray[np.float32]) -> None:
        mass = float(target.max())
        if mass <= 0:
            return
        right = int(target.argmax())
        present, compact = row.present.columns, row.present.rows
        self._linear.touched[present] = True
        weights = picked(self._linear.arrays["weights"], present)
        margins = compact.times(weights)[0].astype(np.float64)
        rivals = margins.copy()
        rivals[right] = -np.inf
        rival = int(rivals.argmax())
        loss = 1 - margins[right] + margins[rival]
        square = float(np.square(row.values.astype(np.float64)).sum())
        if loss > 0 and square > 0:
            size = mass * min(LARGEST_STEP, loss / (2 * square))
            step = np.zeros(len(margins), np.float32)
            step[right], step[rival] = size, -size
            weights += compact.transposed_times(step[None])
            put(self._linear.arrays["weights"], present, weights)
