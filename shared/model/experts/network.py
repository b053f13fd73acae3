"""A small neural network that learns example by example."""

from collections.abc import Sequence
from typing import ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from shared.model.encoded import Encoded
from shared.model.experts.expert import Targets
from shared.model.experts.linear import LinearWeights, picked, put
from shared.model.hashing import Keys, mix64
from shared.model.memory import Memory
from shared.model.of_late import WIDTH, Means, followed, nothing_usual, read
from shared.model.probabilities import Floats, relabel, softmax
from shared.model.sparse import SparseRows
from shared.model.state import ModelState
from shared.model.voices.network import UNITS, NetworkVoice, Weights, answered, bent, said

RATE = np.float32(0.1)
FIRST_SQUARE = np.float32(1e-2)
"""What AdaGrad's sum of squared gradients starts from: bounds the first steps."""
INNER, OUTER = 0.26, 0.17
"""Weights begin anywhere between minus this and this."""
REMEMBERED = 4_096
"""Examples at most: each takes a few hundred bytes."""
_OUTER_SALT = 1 << 32


class NetworkExpert:
    """One layer of units: smooth curves, what fields do together, and what is high for its time.

    Trained by back-propagation (Rumelhart, Hinton and Williams 1986) with per-coordinate AdaGrad
    (Duchi, Hazan and Singer 2011): one step for what is new, one for what is rehearsed, which it
    remembers as it was read then. Weights of a cell begin, when it first occurs, at numbers hashed
    of it. Every sum has one order, so the same examples give the same bits.
    """

    KIND: ClassVar[str] = "network"
    name = KIND
    speakers = NetworkVoice.speakers

    def __init__(
        self, inner: LinearWeights, outer: dict[str, Weights], means: Means, memory: Memory
    ) -> None:
        """Take weights; `start` and `from_state` are the ways in."""
        self._inner, self._outer, self._means, self._memory = inner, outer, means, memory

    @classmethod
    def start(cls, labels: int, rehearsed: int = REMEMBERED) -> Self:
        """One that has learned nothing, and will remember at most so many examples."""
        inner = LinearWeights(WIDTH, UNITS, 1, ("weights", "squares"))
        weights = np.zeros((UNITS + 1, labels), np.float32)
        numbers = np.arange(UNITS * labels, dtype=np.uint64) + np.uint64(_OUTER_SALT)
        weights[:-1] = _anywhere(numbers, OUTER).reshape(UNITS, labels)
        outer = {"weights": weights, "squares": np.zeros_like(weights)}
        memory = Memory(WIDTH, labels, min(rehearsed, REMEMBERED))
        return cls(inner, outer, nothing_usual(), memory)

    def predict_log_proba(self, rows: Encoded) -> Floats:
        """Logarithms of probabilities, shape (rows, 1, labels)."""
        present = read(rows, self._means).present
        weights = picked(self._inner.arrays["weights"], present.columns)
        return answered(present.rows.times(weights), self._outer["weights"])

    def learn(self, rows: Encoded, targets: Targets) -> None:
        """One step on these rows; they are remembered, and numbers follow them."""
        fresh = read(rows, self._means)
        self._step(fresh, targets)
        for row, target in zip(fresh.split(), targets, strict=True):
            self._memory.remember(row, target, self._memory.seen)
        self._means = followed(self._means, rows)

    def rehearse(self, rows: SparseRows, targets: Targets) -> None:  # noqa: ARG002 - has its own
        """One step on as many old rows, as they were read when they were new."""
        self._step(*self._memory.sample(len(targets)))

    def relabel(self, sources: Sequence[int | None]) -> None:
        """Change the labels."""
        self._outer = {name: relabel(array, sources) for name, array in self._outer.items()}
        self._memory.relabel(relabel(self._memory.targets, sources))

    def voice(self, columns: NDArray[np.int32]) -> NetworkVoice:  # noqa: ARG002 - has cells
        """A snapshot."""
        cells = np.flatnonzero(self._inner.touched).astype(np.int32)
        inner = picked(self._inner.arrays["weights"], cells)
        return NetworkVoice(cells, inner, self._outer["weights"], self._means)

    def state(self) -> ModelState:
        """For `from_state`."""
        return ModelState.compose(
            {},
            inner=self._inner.state({}),
            outer=ModelState({}, dict(self._outer)),
            late=ModelState({}, {"means": self._means}),
            memory=self._memory.state(),
        )

    @classmethod
    def from_state(cls, state: ModelState) -> Self:
        """The expert that `state` was taken of."""
        outer = {
            name: array.astype(np.float32) for name, array in state.part("outer").arrays.items()
        }
        return cls(
            LinearWeights.from_state(state.part("inner")),
            outer,
            state.part("late").arrays["means"].astype(np.float32),
            Memory.from_state(state.part("memory")),
        )

    def _step(self, rows: SparseRows, targets: Targets) -> None:
        cells, compact = rows.present.columns, rows.present.rows
        self._wake(cells)
        weights, outer = picked(self._inner.arrays["weights"], cells), self._outer["weights"]
        units, slopes = bent(compact.times(weights))
        mass = targets.sum(axis=1, keepdims=True)
        errors = mass * softmax(said(units, outer)) - targets
        errors = (errors / np.sqrt(len(rows))).astype(np.float32)
        blame = slopes * SparseRows.dense(errors).times(outer[:-1].T)
        known = np.hstack([units, np.ones((len(units), 1), np.float32)])
        gradient = SparseRows.dense(known).transposed_times(errors)
        squares = self._outer["squares"] + gradient * gradient
        self._outer = {"weights": outer - _moves(gradient, squares), "squares": squares}
        gradient = compact.transposed_times(blame)
        squares = picked(self._inner.arrays["squares"], cells)
        squares += gradient * gradient
        put(self._inner.arrays["squares"], cells, squares)
        weights -= _moves(gradient, squares)
        put(self._inner.arrays["weights"], cells, weights)

    def _wake(self, cells: NDArray[np.int32]) -> None:
        """Give cells that never occurred their first weights."""
        fresh = cells[~self._inner.touched[cells]]
        if len(fresh):
            numbers = fresh[:, None].astype(np.int64) * UNITS + np.arange(UNITS)
            first = _anywhere(numbers.astype(np.uint64), INNER)
            self._inner.arrays["weights"][fresh] = first
            self._inner.touched[fresh] = True


def _moves(gradient: Weights, squares: Weights) -> Weights:
    sizes = squares + FIRST_SQUARE
    moves: Weights = RATE * gradient
    moves /= np.sqrt(sizes, out=sizes)
    return moves


def _anywhere(numbers: Keys, most: float) -> Weights:
    """For each number a weight that depends on it alone, between -most and most."""
    drawn: Weights = (mix64(numbers) >> np.uint64(40)).astype(np.float32)
    return np.float32(most) * (drawn / np.float32(2**23) - np.float32(1))
