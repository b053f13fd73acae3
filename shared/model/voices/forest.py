"""Randomised decision trees in plain arrays, answered without scikit-learn."""

from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from shared.model.codebook import CodeBook, Codes
from shared.model.encoded import Encoded
from shared.model.probabilities import Floats, log_softmax
from shared.model.state import Array, ModelState

GRAIN = float(2**20)
"""Leaves hold multiples of 1/GRAIN as integers: their sums are exact in any order."""
LEAST = 1e-3
"""Least share of a label in the mean of leaves."""
FULL = 4
"""Steps that all rows take; later only those go on that have not come to a leaf."""
EVERY = 3
_THRESHOLD_BITS, _NODE_BITS = 8, 32
_FIELDS = (1 << (_NODE_BITS - _THRESHOLD_BITS)) - 1
_LEAF = np.iinfo(np.uint8).max


@dataclass(frozen=True)
class Trees:
    """Trees, one after the other.

    Attributes:
        roots: node of each tree's root, shape (trees,).
        fields: which code each node looks at, shape (nodes,).
        thresholds: codes above go right, that is to `children + 1`; a leaf is its own child and
            lets nothing go right.
        children: the left child of each node, shape (nodes,).
        leaves: share of each label at each node, in 1/GRAIN, shape (nodes, labels).
        depth: steps from a root to the farthest leaf.
    """

    roots: NDArray[np.int64]
    fields: NDArray[np.int64]
    thresholds: NDArray[np.uint8]
    children: NDArray[np.int64]
    leaves: NDArray[np.int32]
    depth: int

    def __post_init__(self) -> None:
        nodes = len(self.fields)
        if not len(self.thresholds) == len(self.children) == len(self.leaves) == nodes:
            raise ValueError("trees whose arrays differ in length")
        reached = self.children + (self.thresholds < _LEAF)
        for places in (self.roots, self.children, reached):
            if len(places) and not (places.min() >= 0 and places.max() < nodes):
                raise ValueError("trees that lead to nodes outside")

    def sums(self, codes: Codes) -> NDArray[np.int64]:
        """What the leaves that rows fall into add up to, shape (rows, labels)."""
        count = len(self.roots)
        nodes, flat = np.tile(self.roots, len(codes)), codes.ravel()
        offsets = np.repeat(np.arange(len(codes)) * codes.shape[1], count)
        reached, going = nodes.copy(), np.arange(len(nodes))
        for step in range(self.depth):
            looked = self._packed.take(nodes, mode="clip")
            at = offsets + ((looked >> _THRESHOLD_BITS) & _FIELDS)
            right = flat.take(at, mode="clip") > looked.astype(np.uint8)
            nodes = (looked >> _NODE_BITS) + right
            if step >= FULL and step % EVERY == 0:
                reached[going] = nodes
                left = np.flatnonzero(self.thresholds.take(nodes) != _LEAF)
                going, nodes, offsets = going[left], nodes[left], offsets[left]
        reached[going] = nodes
        shares = self.leaves.take(reached.reshape(len(codes), count), axis=0)
        sums: NDArray[np.int64] = shares.sum(axis=1, dtype=np.int64)
        return sums

    @cached_property
    def _packed(self) -> NDArray[np.int64]:
        """Child, field and threshold of each node in one number, which is found at once."""
        above = (self.children << _NODE_BITS) | (self.fields << _THRESHOLD_BITS)
        return above | self.thresholds


class ForestVoice:
    """Averaged trees, whose leaves hold shares of labels."""

    KIND: ClassVar[str] = "forest"
    speakers = 1

    def __init__(self, book: CodeBook, trees: Trees) -> None:
        """Take trees, at least one, and what gives rows their codes.

        Raises:
            ValueError: the parts do not fit one another.
        """
        width = len(book.number_names) + len(book.category_names)
        if len(trees.fields) and not (trees.fields.min() >= 0 and trees.fields.max() < width):
            raise ValueError("trees that look at fields which the book does not have")
        if not len(trees.roots):
            raise ValueError("a forest without trees")
        self._book, self._trees = book, trees

    def predict_log_proba(self, rows: Encoded) -> Floats:
        """Logarithms of probabilities, shape (rows, 1, labels)."""
        sums = self._trees.sums(self._book.encode(rows.values))
        shares = sums / (GRAIN * len(self._trees.roots))
        return log_softmax(np.log(np.maximum(shares, LEAST)))[:, None]

    def state(self) -> ModelState:
        """For `from_state`."""
        return self._state

    @cached_property
    def _state(self) -> ModelState:
        trees = self._trees
        arrays: dict[str, Array] = {
            "roots": trees.roots,
            "fields": trees.fields,
            "thresholds": trees.thresholds,
            "children": trees.children,
            "leaves": trees.leaves,
        }
        document = {"kind": self.KIND, "depth": trees.depth}
        return ModelState.compose(document, book=self._book.state(), trees=ModelState({}, arrays))

    @classmethod
    def from_state(cls, state: ModelState) -> Self:
        """The voice that `state` was taken of."""
        arrays = state.part("trees").arrays
        trees = Trees(
            arrays["roots"].astype(np.int64, casting="safe", copy=False),
            arrays["fields"].astype(np.int64, casting="safe", copy=False),
            arrays["thresholds"].astype(np.uint8, casting="safe", copy=False),
            arrays["children"].astype(np.int64, casting="safe", copy=False),
            arrays["leaves"].astype(np.int32, casting="safe", copy=False),
            int(state.document["depth"]),
        )
        return cls(CodeBook.from_state(state.part("book")), trees)
