"""Sparse multinomial logistic regression, at several learning rates side by side."""

from collections.abc import Sequence
from typing import ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from shared.model.encoded import Encoded
from shared.model.experts.expert import Targets
from shared.model.experts.linear import LinearWeights, picked, put
from shared.model.probabilities import Floats, log_softmax, softmax
from shared.model.sparse import Present, SparseRows
from shared.model.state import ModelState
from shared.model.voices.linear import LinearVoice

FIRST_SQUARE = 1e-2
"""What AdaGrad's sum of squared gradients starts from: bounds the first steps."""
SHRINK = 1e-6


class GradientExpert:
    """Multinomial logistic regressions that differ in their learning rate alone.

    Per-coordinate AdaGrad (Duchi, Hazan and Singer 2011, section 5); a step costs time in
    proportion to the features present, whatever the width.

    Attributes:
        rates: one learning rate for each speaker.
        rehearses: whether old examples are learned again. Those who do are more accurate; those
            who do not follow a change sooner.
        plain: whether it reads single fields only, no combinations: it needs fewer examples.
    """

    KIND: ClassVar[str] = "gradient"

    def __init__(
        self, linear: LinearWeights, rates: Sequence[float], *, rehearses: bool, plain: bool
    ) -> None:
        self.rates = tuple(rates)
        self.rehearses = rehearses
        self.plain = plain
        self._linear = linear
        self._rates = np.empty((0, 0), np.float32)

    @classmethod
    def start(
        cls,
        width: int,
        labels: int,
        rates: Sequence[float],
        *,
        rehearses: bool,
        plain: bool = False,
    ) -> Self:
        """One that has learned nothing."""
        linear = LinearWeights(width, labels, len(rates), ("weights", "squares"))
        return cls(linear, rates, rehearses=rehearses, plain=plain)

    @property
    def name(self) -> str:
        """What people see."""
        if self.plain:
            return "plain"
        return "steady" if self.rehearses else "quick"

    @property
    def speakers(self) -> int:
        """One for each rate."""
        return len(self.rates)

    def predict_log_proba(self, rows: Encoded) -> Floats:
        """Logarithms of probabilities, shape (rows, rates, labels)."""
        return log_softmax(self._linear.logits(self._read(rows.sparse)))

    def learn(self, rows: Encoded, targets: Targets) -> None:
        """One step on these rows."""
        self._step(rows.sparse, targets)

    def rehearse(self, rows: SparseRows, targets: Targets) -> None:
        """One step on old rows."""
        if self.rehearses:
            self._step(rows, targets)

    def relabel(self, sources: Sequence[int | None]) -> None:
        """Change the labels."""
        self._linear.relabel(sources)

    def voice(self, columns: NDArray[np.int32]) -> LinearVoice:
        """A snapshot."""
        return self._linear.voice(columns)

    def state(self) -> ModelState:
        """For `from_state`."""
        kind = {"rates": list(self.rates), "rehearses": self.rehearses, "plain": self.plain}
        return self._linear.state(kind)

    @classmethod
    def from_state(cls, state: ModelState) -> Self:
        """The expert that `state` was taken of."""
        said = state.document
        linear = LinearWeights.from_state(state)
        return cls(linear, said["rates"], rehearses=said["rehearses"], plain=said["plain"])

    def _read(self, rows: SparseRows) -> Present:
        return rows.lower if self.plain else rows.present

    def _step(self, rows: SparseRows, targets: Targets) -> None:
        """Most of what learning costs: it makes few copies, and passes over each seldom."""
        linear, read = self._linear, self._read(rows)
        linear.touched[read.columns] = True
        weights = picked(linear.arrays["weights"], read.columns)
        wanted = targets[:, None, :].astype(np.float64)
        mass = wanted.sum(axis=2, keepdims=True)
        errors = mass * softmax(linear.shaped(read.rows.times(weights))) - wanted
        errors /= np.sqrt(len(rows))
        flat = errors.reshape(len(rows), -1).astype(np.float32)
        gradient = read.rows.transposed_times(flat)
        gradient += np.float32(SHRINK) * weights
        squares = picked(linear.arrays["squares"], read.columns)
        squares += gradient * gradient
        put(linear.arrays["squares"], read.columns, squares)
        squares += np.float32(FIRST_SQUARE)
        gradient *= self._rates_of(gradient.shape)
        gradient /= np.sqrt(squares, out=squares)
        weights -= gradient
        put(linear.arrays["weights"], read.columns, weights)

    def _rates_of(self, shape: tuple[int, ...]) -> NDArray[np.float32]:
        """The rate of each weight; kept in full, as numpy is slow at repeating short rows."""
        if len(self._rates) < shape[0] or self._rates.shape[1] != shape[1]:
            row = np.repeat(np.array(self.rates, np.float32), self._linear.labels)
            self._rates = np.tile(row, (shape[0], 1))
        return self._rates[: shape[0]]
