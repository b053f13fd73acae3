"""Rows as small integers, for trees: bins of numbers, places of categories."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Self

import numpy as np
from numpy.typing import NDArray

from shared.model.probabilities import Number
from shared.model.state import Array, ModelState
from shared.model.telling import told_order
from shared.model.values import Values

MOST_CODES = 254
"""Bins of a number; code 0 is missing. One less for categories: another is for those unknown."""

FEWEST_CODES = 8
MOST_IN_ALL = 2**13
"""With many number fields each has fewer bins, so that tables of codes stay small."""

_EDGE_BITS = 8
"""The edges of a field are fewer than 2**8."""
_NO_HASH = np.iinfo(np.uint64).max
_KEY_BITS = 33
"""Hashes have 32 bits, and what is missing is one more."""
_NO_KEY = np.uint64((1 << _KEY_BITS) - 1)

Codes = NDArray[np.uint8]


@dataclass(frozen=True)
class CodeBook:
    """How the fields of a table become codes in 0..254.

    Attributes:
        number_names: fields cut into quantile bins.
        category_names: fields whose most frequent values have codes, those side by side that
            tell much the same about the label.
        edges: least value of code 2, 3, ..., padded with infinity, shape (number fields, 253).
        known: hashes of the values that have codes, ascending, padded with the highest integer.
        ranks: their codes, shape of `known`: (category fields, 254), padded with `unknown`.
        unknown: the code of any other value of each category field, shape (category fields,).
    """

    number_names: tuple[str, ...]
    category_names: tuple[str, ...]
    edges: NDArray[np.float64]
    known: NDArray[np.uint64]
    ranks: Codes
    unknown: Codes

    @property
    def sizes(self) -> list[int]:
        """How many codes each field has, numbers first, missing included."""
        numbers = (self.edges < np.finfo(np.float64).max).sum(axis=1) + 2
        highest = np.maximum(self.ranks.max(axis=1, initial=0), self.unknown)
        categories = highest.astype(np.int64) + 1
        return [*numbers.tolist(), *categories.tolist()]

    @classmethod
    def fit(cls, values: Values, targets: NDArray[np.float32]) -> Self:
        """Cut on these rows, at least one, of these label probabilities, shape (rows, labels)."""
        edges = np.full((len(values.number_names), MOST_CODES - 1), np.finfo(np.float64).max)
        most = max(FEWEST_CODES, min(MOST_CODES, MOST_IN_ALL // max(1, len(edges))))
        for i, column in enumerate(values.numbers):
            cuts = _cuts(column[~np.isnan(column)], most)
            edges[i, : len(cuts)] = cuts
        known = np.full((len(values.category_names), MOST_CODES), _NO_HASH)
        ranks = np.zeros(known.shape, np.uint8)
        unknown = np.zeros(len(known), np.uint8)
        for i, column in enumerate(values.categories):
            distinct, places, counts = np.unique(column, return_inverse=True, return_counts=True)
            frequent = np.sort(np.argsort(-counts, kind="stable")[: MOST_CODES - 1])
            masses = _masses(places, targets, len(distinct))[frequent]
            known[i, : len(frequent)] = distinct[frequent]
            ranks[i, : len(frequent)], unknown[i] = told_order(masses)
            ranks[i, len(frequent) :] = unknown[i]
        return cls(values.number_names, values.category_names, edges, known, ranks, unknown)

    def encode(self, values: Values) -> Codes:
        """Codes of rows, shape (rows, fields); fields that `values` lacks are missing."""
        columns = _picked(values.numbers, values.number_names, self.number_names, np.nan)
        hashes = _picked(values.categories, values.category_names, self.category_names, _NO_HASH)
        numbers, (categories, rows) = len(columns), hashes.shape
        codes = np.empty((rows, numbers + categories), np.uint8)
        codes[:, :numbers] = self._bins(columns).T
        codes[:, :numbers][np.isnan(columns).T] = 0
        codes[:, numbers:] = self._ranked(hashes).T
        return codes

    def _bins(self, columns: NDArray[np.float64]) -> NDArray[np.int64]:
        """How many edges are not above each number, and one: all are halved at once.

        numpy's own search takes three times as long, as it searches for one after the other.
        """
        below = np.repeat(np.arange(len(columns))[:, None] << _EDGE_BITS, columns.shape[1], axis=1)
        for bit in reversed(range(_EDGE_BITS)):
            edge = self._padded.take(below + ((1 << bit) - 1), mode="clip")
            below += (edge <= columns) * np.int64(1 << bit)
        bins: NDArray[np.int64] = (below & (2**_EDGE_BITS - 1)) + 1
        return bins

    def _ranked(self, hashes: NDArray[np.uint64]) -> Codes:
        """The codes of values, shape (category fields, rows): all are searched for at once."""
        keys = np.minimum(hashes, _NO_KEY) | self._fields
        found = np.minimum(self._keys.searchsorted(keys), max(0, len(self._keys) - 1))
        met, unknown = self._keys[found] == keys, self.unknown[:, None]
        ranks: Codes = np.where(met, self.ranks.ravel()[found], unknown)
        return ranks

    @cached_property
    def _keys(self) -> NDArray[np.uint64]:
        """The known values of all fields, ascending, as each has its field's number above it."""
        return (np.minimum(self.known, _NO_KEY) | self._fields).ravel()

    @cached_property
    def _fields(self) -> NDArray[np.uint64]:
        return np.arange(len(self.known), dtype=np.uint64)[:, None] << np.uint64(_KEY_BITS)

    @cached_property
    def _padded(self) -> NDArray[np.float64]:
        """The edges of all fields, each padded to a power of two."""
        padded = np.full((len(self.edges), 1 << _EDGE_BITS), np.inf)
        padded[:, : MOST_CODES - 1] = self.edges
        return padded.ravel()

    def state(self) -> ModelState:
        """For `from_state`."""
        names = {"numbers": list(self.number_names), "categories": list(self.category_names)}
        arrays: dict[str, Array] = {
            "edges": self.edges,
            "known": self.known,
            "ranks": self.ranks,
            "unknown": self.unknown,
        }
        return ModelState(names, arrays)

    @classmethod
    def from_state(cls, state: ModelState) -> Self:
        """The book that `state` was taken of.

        Raises:
            ValueError: the parts do not fit one another.
        """
        said, arrays = state.document, state.arrays
        nobody = np.zeros(len(said["categories"]), np.uint8)
        book = cls(
            tuple(said["numbers"]),
            tuple(said["categories"]),
            arrays["edges"].astype(np.float64, casting="safe"),
            arrays["known"].astype(np.uint64, casting="safe"),
            arrays["ranks"].astype(np.uint8, casting="safe"),
            arrays.get("unknown", nobody).astype(np.uint8, casting="safe"),
        )
        shape = (len(book.category_names), MOST_CODES)
        if book.edges.shape != (len(book.number_names), MOST_CODES - 1):
            raise ValueError("edges that do not fit the number fields")
        unfit = book.known.shape != shape or book.ranks.shape != shape
        if unfit or book.unknown.shape != shape[:1]:
            raise ValueError("categories that do not fit the category fields")
        return book


def _masses(
    places: NDArray[np.int64], targets: NDArray[np.float32], values: int
) -> NDArray[np.float64]:
    """How much of each label the rows at each place have, shape (values, labels)."""
    return np.stack([np.bincount(places, label, values) for label in targets.T], axis=1)


def _cuts(values: NDArray[np.float64], most: int) -> NDArray[np.float64]:
    """The least values of all bins but the first, of which there are at most so many."""
    distinct = np.unique(values)
    if len(distinct) <= most:
        return distinct[1:]
    return np.unique(np.quantile(values, np.arange(1, most) / most))


def _picked(
    table: NDArray[Number], has: Sequence[str], names: Sequence[str], missing: float
) -> NDArray[Number]:
    """The fields `names` of a table of the fields `has`, shape (names, rows)."""
    if tuple(has) == tuple(names):
        return table
    picked = np.full((len(names), table.shape[1]), missing, table.dtype)
    for place, name in enumerate(names):
        if name in has:
            picked[place] = table[has.index(name)]
    return picked
