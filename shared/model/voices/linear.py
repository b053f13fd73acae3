"""Linear models over the columns of encoded rows."""

from collections.abc import Sequence
from functools import cached_property
from typing import ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from shared.model.encoded import Encoded, Places
from shared.model.probabilities import Floats, abreast, log_softmax
from shared.model.state import ModelState
from shared.model.voices.columns import places_of


class LinearVoice:
    """One or more linear models side by side, answered by a single product.

    Attributes:
        apart: whether each label was learned by itself against the rest. Then a logit tells how
            likely its label is whatever the others say, and the probabilities are scaled to sum
            to one (Zadrozny and Elkan 2002); otherwise the logits are those of one softmax.
    """

    KIND: ClassVar[str] = "linear"

    def __init__(
        self,
        width: int,
        labels: int,
        columns: NDArray[np.int32],
        weights: NDArray[np.float32],
        *,
        apart: bool = False,
    ) -> None:
        """Take weights.

        Args:
            width: columns of the encoded rows.
            labels: how many labels there are.
            columns: those that have weights, ascending, shape (n,).
            weights: shape (n, speakers x labels).
            apart: whether each label was learned by itself.

        Raises:
            ValueError: the parts do not fit one another.
        """
        if weights.ndim != 2 or len(weights) != len(columns) or weights.shape[1] % labels:  # noqa: PLR2004
            raise ValueError(f"weights of shape {weights.shape} for {len(columns)} columns")
        ascending = bool((np.diff(columns) > 0).all())
        if len(columns) and not (ascending and columns[0] >= 0 and columns[-1] < width):
            raise ValueError(f"columns must ascend within [0, {width})")
        self.width = width
        self.labels = labels
        self.columns = columns
        self.weights = weights
        self.apart = apart

    @property
    def speakers(self) -> int:
        """How many models."""
        return int(self.weights.shape[1]) // self.labels

    def predict_log_proba(self, rows: Encoded) -> Floats:
        """Logarithms of probabilities, shape (rows, speakers, labels)."""
        known = rows.placed(rows.sparse, self.places, len(self.columns) + 1)
        product = known.times(self._padded_weights)
        logits = abreast([product.reshape(len(product), self.speakers, self.labels)])
        return log_softmax(-np.logaddexp(0, -logits) if self.apart else logits)

    def pulls(self, trust: Floats) -> NDArray[np.float32]:
        """How far each column pulls to each label, shape (n, labels).

        Args:
            trust: how much each speaker weighs, shape (speakers,).
        """
        by_speaker = self.weights.reshape(-1, self.speakers, self.labels)
        pulls: NDArray[np.float32] = np.einsum("nsl,s->nl", by_speaker, trust.astype(np.float32))
        return pulls

    @classmethod
    def join(cls, voices: Sequence[Self]) -> Self:
        """One voice that says what all of these say; they know the same columns."""
        first = voices[0]
        total = sum(voice.weights.shape[1] for voice in voices)
        padded = np.zeros((len(first.columns) + 1, total), np.float32)
        np.concatenate([voice.weights for voice in voices], axis=1, out=padded[:-1])
        shape = (first.width, first.labels, first.columns)
        joined = cls(*shape, padded[:-1], apart=first.apart)
        joined._padded_weights = padded
        return joined

    def state(self) -> ModelState:
        """For `from_state`."""
        return self._state

    @cached_property
    def _state(self) -> ModelState:
        document = {"kind": self.KIND, "width": self.width, "labels": self.labels}
        if self.apart:
            document["apart"] = True
        return ModelState(document, {"columns": self.columns, "weights": self.weights})

    @classmethod
    def from_state(cls, state: ModelState) -> Self:
        """The voice that `state` was taken of."""
        return cls(
            int(state.document["width"]),
            int(state.document["labels"]),
            state.arrays["columns"].astype(np.int32, casting="safe", copy=False),
            state.arrays["weights"].astype(np.float32, casting="safe", copy=False),
            apart=bool(state.document.get("apart", False)),
        )

    @cached_property
    def places(self) -> Places:
        """Where each column's weights are; those of unknown columns are zeros at the end."""
        return places_of(self.columns, self.width)

    @cached_property
    def _padded_weights(self) -> NDArray[np.float32]:
        return np.vstack([self.weights, np.zeros((1, self.weights.shape[1]), np.float32)])
