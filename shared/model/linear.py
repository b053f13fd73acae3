"""Sparse multinomial logistic regression, at several learning rates side by side."""

from collections.abc import Sequence
from typing import Self, TypeVar

import numpy as np
from numpy.typing import NDArray

from shared.model.sparse import SparseRows
from shared.model.state import ModelState

FIRST_SQUARE = 1e-2
"""What AdaGrad's sum of squared gradients starts from: bounds the first steps."""
SHRINK = 1e-6

Floats = NDArray[np.float64]
Number = TypeVar("Number", bound=np.generic)


def softmax(logits: Floats) -> Floats:
    """Probabilities along the last axis."""
    powers = np.exp(logits - logits.max(axis=-1, keepdims=True))
    probabilities: Floats = powers / powers.sum(axis=-1, keepdims=True)
    return probabilities


class SoftmaxExperts:
    """Multinomial logistic regressions that differ in their learning rate alone.

    Per-coordinate AdaGrad (Duchi, Hazan and Singer 2011, section 5); a step costs time in
    proportion to the features present, whatever the width.

    Attributes:
        rates: the experts' learning rates.
        labels: how many labels.
    """

    def __init__(self, width: int, labels: int, rates: Sequence[float]) -> None:
        self.rates = tuple(rates)
        self.labels = labels
        self._weights = np.zeros((width, len(rates) * labels), np.float32)
        self._squares = np.zeros_like(self._weights)
        self._touched = np.zeros(width, np.bool_)
        self._place = np.zeros(width, np.int32)

    def logits(self, rows: SparseRows) -> Floats:
        """What each expert says, shape (rows, experts, labels)."""
        return self._shaped(rows.times(self._weights))

    def learn(self, rows: SparseRows, targets: NDArray[np.float32]) -> None:
        """One step on these rows.

        Args:
            rows: shape (n, width), n > 0.
            targets: label probabilities, shape (n, labels); a row of zeros teaches nothing.
        """
        present, compact = self._compact(rows)
        weights = self._weights[present]
        wanted = targets[:, None, :].astype(np.float64)
        mass = wanted.sum(axis=2, keepdims=True)
        errors = mass * softmax(self._shaped(compact.times(weights))) - wanted
        errors /= np.sqrt(len(rows))
        flat = errors.reshape(len(rows), -1).astype(np.float32)
        gradient = compact.transposed_times(flat) + np.float32(SHRINK) * weights
        squares = self._squares[present] + gradient * gradient
        self._squares[present] = squares
        rates = np.repeat(np.array(self.rates, np.float32), self.labels)
        step = rates * gradient / np.sqrt(squares + np.float32(FIRST_SQUARE))
        self._weights[present] = weights - step
        self._touched[present] = True

    def pooled(self, shares: Floats) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
        """The one model whose logits are the experts' logits weighted by `shares`.

        Returns:
            The columns that were ever learned, ascending, and their weights,
            shape (columns, labels).
        """
        columns = np.flatnonzero(self._touched)
        stacked = self._shaped(self._weights[columns])
        pooled = (stacked * shares[:, None]).sum(axis=1)
        return columns.astype(np.int32), pooled.astype(np.float32)

    def relabel(self, sources: Sequence[int | None]) -> None:
        """Change the labels.

        Args:
            sources: for every new label its position among the old ones, None for a new one.
        """
        self._weights = self._relabelled(self._weights, sources)
        self._squares = self._relabelled(self._squares, sources)
        self.labels = len(sources)

    def state(self) -> ModelState:
        """For `from_state`; only columns that were ever learned are kept."""
        columns = np.flatnonzero(self._touched)
        return ModelState(
            {"width": len(self._touched), "labels": self.labels, "rates": list(self.rates)},
            {
                "columns": columns.astype(np.int32),
                "weights": self._weights[columns],
                "squares": self._squares[columns],
            },
        )

    @classmethod
    def from_state(cls, state: ModelState) -> Self:
        """The experts that `state` was taken of."""
        document = state.document
        experts = cls(document["width"], document["labels"], document["rates"])
        columns = state.arrays["columns"]
        experts._weights[columns] = state.arrays["weights"]
        experts._squares[columns] = state.arrays["squares"]
        experts._touched[columns] = True
        return experts

    def _shaped(self, flat: NDArray[np.float32]) -> Floats:
        return flat.astype(np.float64).reshape(len(flat), len(self.rates), self.labels)

    def _relabelled(
        self, old: NDArray[np.float32], sources: Sequence[int | None]
    ) -> NDArray[np.float32]:
        columns = np.flatnonzero(self._touched)
        by_expert = old[columns].reshape(len(columns), len(self.rates), self.labels)
        new = np.zeros((len(old), len(self.rates) * len(sources)), np.float32)
        new[columns] = relabel(by_expert, sources).reshape(len(columns), -1)
        return new

    def _compact(self, rows: SparseRows) -> tuple[NDArray[np.int32], SparseRows]:
        """The columns present, and the same rows over these columns alone."""
        occurrences = np.arange(len(rows.columns), dtype=np.int32)
        self._place[rows.columns] = occurrences
        present = rows.columns[self._place[rows.columns] == occurrences]
        self._place[present] = occurrences[: len(present)]
        return present, rows.compact(present, self._place)


def relabel(array: NDArray[Number], sources: Sequence[int | None]) -> NDArray[Number]:
    """Pick the last axis by `sources`, zeros where None."""
    picked = array[..., [source or 0 for source in sources]]
    picked[..., [source is None for source in sources]] = 0
    return picked
