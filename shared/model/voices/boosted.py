"""Boosted trees as tables of bits, answered without scikit-learn and without walking down."""

from functools import cached_property
from typing import ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from shared.model.codebook import CodeBook
from shared.model.encoded import Encoded
from shared.model.probabilities import Floats, log_softmax
from shared.model.state import Array, ModelState

MOST_LEAVES = 32
"""Leaves of a tree, one bit each."""
GRAIN = float(2**20)
"""Leaves hold multiples of 1/GRAIN as integers: their sums are exact in any order."""
_MANTISSA, _BIAS = 23, 127


class BoostedVoice:
    """Sums of trees (QuickScorer, Lucchese et al. 2015).

    The leaves of a tree are numbered from left to right. A node at which a row goes right rules
    out the leaves to its left; the row's leaf is the first that no node rules out. For each field
    and code a table holds, as bits, what all nodes on that field leave over in each tree. So a row
    is answered by one look-up a field.
    """

    KIND: ClassVar[str] = "boosted"
    speakers = 1

    def __init__(
        self,
        book: CodeBook,
        tables: tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.uint32]],
        leaves: NDArray[np.int32],
        columns: NDArray[np.int64],
        base: Floats,
    ) -> None:
        """Take trees.

        Args:
            book: gives rows their codes.
            tables: the fields that trees look at; where the table of each begins, and the last
                ends; the tables one below the other, shape (codes of all fields, trees).
            leaves: what each leaf adds, in 1/GRAIN, shape (trees, 32).
            columns: the labels that the trees of a round speak of, one tree each, in order.
            base: added to the sums, shape (labels,).

        Raises:
            ValueError: the parts do not fit one another.
        """
        fields, starts, bits = tables
        width = len(book.number_names) + len(book.category_names)
        if len(starts) != len(fields) + 1 or starts[-1] != len(bits) or (np.diff(starts) < 1).any():
            raise ValueError("tables that do not fit their fields")
        if len(fields) and not (fields.min() >= 0 and fields.max() < width):
            raise ValueError("tables of fields which the book does not have")
        rounds = bits.shape[1] // max(1, len(columns))
        if leaves.shape != (rounds * len(columns), MOST_LEAVES) or len(leaves) != bits.shape[1]:
            raise ValueError("leaves that do not fit the trees")
        if len(columns) and not (columns.min() >= 0 and columns.max() < len(base)):
            raise ValueError("trees of labels that are not there")
        self._book, self._tables, self._leaves = book, tables, leaves
        self._columns, self._base = columns, base

    def predict_log_proba(self, rows: Encoded) -> Floats:
        """Logarithms of probabilities, shape (rows, 1, labels)."""
        codes = self._book.encode(rows.values)
        fields, starts, bits = self._tables
        trees = bits.shape[1]
        left = np.full((len(codes), trees), np.iinfo(np.uint32).max, np.uint32)
        for field, start, end in zip(fields, starts[:-1], starts[1:], strict=True):
            left &= bits[start:end].take(codes[:, field], axis=0, mode="clip")
        first = (left & -left).astype(np.float32).view(np.int32)
        leaves = (first >> _MANTISSA) - _BIAS
        added = self._leaves.ravel().take(leaves + self._offsets)
        rounds = added.reshape(len(codes), -1, len(self._columns)).sum(axis=1, dtype=np.int64)
        logits = np.tile(self._base, (len(codes), 1))
        logits[:, self._columns] += rounds / GRAIN
        return log_softmax(logits)[:, None]

    def state(self) -> ModelState:
        """For `from_state`."""
        return self._state

    @classmethod
    def from_state(cls, state: ModelState) -> Self:
        """The voice that `state` was taken of."""
        arrays = state.part("trees").arrays
        return cls(
            CodeBook.from_state(state.part("book")),
            (
                arrays["fields"].astype(np.int64, casting="safe", copy=False),
                arrays["starts"].astype(np.int64, casting="safe", copy=False),
                arrays["bits"].astype(np.uint32, casting="safe", copy=False),
            ),
            arrays["leaves"].astype(np.int32, casting="safe", copy=False),
            arrays["columns"].astype(np.int64, casting="safe", copy=False),
            arrays["base"].astype(np.float64, casting="safe", copy=False),
        )

    @cached_property
    def _state(self) -> ModelState:
        fields, starts, bits = self._tables
        arrays: dict[str, Array] = {
            "fields": fields,
            "starts": starts,
            "bits": bits,
            "leaves": self._leaves,
            "columns": self._columns,
            "base": self._base,
        }
        trees = ModelState({}, arrays)
        return ModelState.compose({"kind": self.KIND}, book=self._book.state(), trees=trees)

    @cached_property
    def _offsets(self) -> NDArray[np.int32]:
        return np.arange(len(self._leaves), dtype=np.int32) * MOST_LEAVES
