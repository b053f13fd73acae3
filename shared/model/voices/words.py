"""Naive Bayes over words."""

from functools import cached_property
from typing import ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from shared.model.encoded import Encoded
from shared.model.probabilities import Floats, log_softmax
from shared.model.state import Array, ModelState
from shared.model.voices.columns import places_of

SMOOTHING = 0.02
"""Pseudo-count of each word under each label."""


class WordsVoice:
    """Multinomial naive Bayes on the text columns (McCallum and Nigam 1998); mute without words."""

    KIND: ClassVar[str] = "words"
    speakers = 1

    def __init__(
        self,
        width: int,
        columns: NDArray[np.int32],
        counts: NDArray[np.float32],
        examples: NDArray[np.float64],
        totals: NDArray[np.float64],
    ) -> None:
        """Take counts.

        Args:
            width: columns of the encoded rows.
            columns: those that were seen in texts, ascending, shape (n,).
            counts: mass of each column under each label, shape (n, labels).
            examples: mass of examples of each label, shape (labels,).
            totals: mass of all words under each label, shape (labels,).

        Raises:
            ValueError: the parts do not fit one another.
        """
        if counts.shape != (len(columns), len(examples)) or totals.shape != examples.shape:
            raise ValueError(f"counts of shape {counts.shape} for {len(columns)} columns")
        ascending = bool((np.diff(columns) > 0).all())
        if len(columns) and not (ascending and columns[0] >= 0 and columns[-1] < width):
            raise ValueError(f"columns must ascend within [0, {width})")
        self.width = width
        self.columns = columns
        self.counts = counts
        self.examples = examples
        self.totals = totals

    def predict_log_proba(self, rows: Encoded) -> Floats:
        """Logarithms of probabilities, shape (rows, 1, labels)."""
        priors = np.log(self.examples + 1)
        if rows.text is None:
            return log_softmax(np.tile(priors, (len(rows), 1, 1)))
        known = rows.text.placed(self._places, len(self.columns) + 1)
        logits = known.times(self._weights).astype(np.float64) + priors
        return log_softmax(logits[:, None, :])

    def pulls(self, trust: Floats) -> NDArray[np.float32]:
        """How far each column pulls to each label, more than a word never seen; (n, labels)."""
        more: NDArray[np.float32] = self._weights[:-1] - self._weights[-1]
        return more * np.float32(trust[0])

    def state(self) -> ModelState:
        """For `from_state`."""
        arrays: dict[str, Array] = {
            "columns": self.columns,
            "counts": self.counts,
            "examples": self.examples,
            "totals": self.totals,
        }
        return ModelState({"kind": self.KIND, "width": self.width}, arrays)

    @classmethod
    def from_state(cls, state: ModelState) -> Self:
        """The voice that `state` was taken of."""
        return cls(
            int(state.document["width"]),
            state.arrays["columns"].astype(np.int32, casting="safe"),
            state.arrays["counts"].astype(np.float32, casting="safe"),
            state.arrays["examples"].astype(np.float64, casting="safe"),
            state.arrays["totals"].astype(np.float64, casting="safe"),
        )

    @cached_property
    def _places(self) -> NDArray[np.int32]:
        return places_of(self.columns, self.width)

    @cached_property
    def _weights(self) -> NDArray[np.float32]:
        """Logarithms of word probabilities; the last row is that of words never seen."""
        seen = np.vstack([self.counts, np.zeros((1, len(self.examples)), np.float32)])
        totals = self.totals + SMOOTHING * self.width
        weights: NDArray[np.float32] = (np.log(seen + SMOOTHING) - np.log(totals)).astype(
            np.float32
        )
        return weights
