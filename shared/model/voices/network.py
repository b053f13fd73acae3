"""A small network over single fields, and over how far numbers are from what was usual."""

from functools import cached_property
from typing import ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from shared.model.encoded import Encoded
from shared.model.of_late import WIDTH, Means, nothing_usual, read
from shared.model.probabilities import Floats, log_softmax
from shared.model.sparse import SparseRows
from shared.model.state import ModelState
from shared.model.voices.columns import places_of

UNITS = 32
"""Between what is read and what is said."""

Weights = NDArray[np.float32]


class NetworkVoice:
    """One layer of units that are bent by x / (1 + |x|), and a softmax over what they say.

    (Softsign, Bergstra et al. 2009: exact, other than tanh, wherever IEEE 754 is kept.) Products
    add in the order of the cells and units, so an answer has the same bits in every batch and with
    any number of threads.
    """

    KIND: ClassVar[str] = "network"
    speakers = 1

    def __init__(
        self, cells: NDArray[np.int32], inner: Weights, outer: Weights, means: Means
    ) -> None:
        """Take weights.

        Args:
            cells: those that have weights, ascending, shape (n,).
            inner: from them to the units, shape (n, UNITS).
            outer: from the units to the labels, a constant last, shape (UNITS + 1, labels).
            means: what numbers were of late.

        Raises:
            ValueError: the parts do not fit one another.
        """
        ascending = bool((np.diff(cells) > 0).all())
        if len(cells) and not (ascending and cells[0] >= 0 and cells[-1] < WIDTH):
            raise ValueError(f"cells must ascend within [0, {WIDTH})")
        if inner.shape != (len(cells), UNITS) or len(outer) != UNITS + 1:
            raise ValueError(f"weights of shapes {inner.shape} and {outer.shape}")
        self._cells, self._inner, self._outer, self._means = cells, inner, outer, means

    def predict_log_proba(self, rows: Encoded) -> Floats:
        """Logarithms of probabilities, shape (rows, 1, labels)."""
        known = read(rows, self._means).placed(self._places, len(self._cells) + 1)
        return answered(known.times(self._padded), self._outer)

    def state(self) -> ModelState:
        """For `from_state`."""
        usual = np.flatnonzero(self._means.any(axis=0)).astype(np.int32)
        arrays = {
            "cells": self._cells,
            "inner": self._inner,
            "outer": self._outer,
            "usual": usual,
            "means": self._means[:, usual],
        }
        return ModelState({"kind": self.KIND}, arrays)

    @classmethod
    def from_state(cls, state: ModelState) -> Self:
        """The voice that `state` was taken of."""
        arrays = state.arrays
        means = nothing_usual()
        means[:, arrays["usual"].astype(np.int32, casting="safe")] = arrays["means"]
        return cls(
            arrays["cells"].astype(np.int32, casting="safe", copy=False),
            arrays["inner"].astype(np.float32, casting="safe", copy=False),
            arrays["outer"].astype(np.float32, casting="safe", copy=False),
            means,
        )

    @cached_property
    def _places(self) -> NDArray[np.int32]:
        return places_of(self._cells, WIDTH)

    @cached_property
    def _padded(self) -> Weights:
        """The weights, and zeros for cells that never occurred."""
        return np.vstack([self._inner, np.zeros((1, UNITS), np.float32)])


def bent(sums: Weights) -> tuple[Weights, Weights]:
    """What the units say of weighted sums, and its slope, both of their shape."""
    share: Weights = np.reciprocal(np.abs(sums) + np.float32(1))
    return sums * share, share * share


def answered(sums: Weights, outer: Weights) -> Floats:
    """Logarithms of probabilities, shape (rows, 1, labels), of what the units add up."""
    units, _ = bent(sums)
    return log_softmax(said(units, outer))[:, None]


def said(units: Weights, outer: Weights) -> Floats:
    """Logits, shape (rows, labels)."""
    logits: Floats = (SparseRows.dense(units).times(outer[:-1]) + outer[-1]).astype(np.float64)
    return logits
