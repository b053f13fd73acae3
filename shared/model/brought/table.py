"""Numbers and categories as a matrix without gaps, for models that want one."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from shared.model.probabilities import Floats, Number
from shared.model.state import ModelState
from shared.model.values import MISSING_CATEGORY, Values

MOST_CATEGORIES = 30
"""Of a field, the most frequent have a column each; the rest share the zeros."""


@dataclass(frozen=True)
class Table:
    """How values become columns.

    Attributes:
        number_names: fields of numbers: a standardised column each, 0 where missing.
        category_names: fields of categories: a column of 0 and 1 for each frequent value.
        means: of the numbers, shape (number fields,).
        scales: their standard deviations.
        known: the frequent values' hashes, padded with "missing", shape (category fields, 30).
    """

    number_names: tuple[str, ...]
    category_names: tuple[str, ...]
    means: Floats
    scales: Floats
    known: NDArray[np.uint64]

    @classmethod
    def fit(cls, values: Values) -> Self:
        """Columns that suit these values."""
        present = np.isfinite(values.numbers)
        counts = np.maximum(present.sum(axis=1), 1)
        means = np.where(present, values.numbers, 0).sum(axis=1) / counts
        spread = np.where(present, values.numbers - means[:, None], 0)
        deviations = np.sqrt((spread**2).sum(axis=1) / counts)
        known = np.full((len(values.category_names), MOST_CATEGORIES), MISSING_CATEGORY, np.uint64)
        for row, found in zip(known, values.categories, strict=True):
            names, times = np.unique(found[found != MISSING_CATEGORY], return_counts=True)
            frequent = names[np.lexsort((names, -times))][:MOST_CATEGORIES]
            row[: len(frequent)] = frequent
        scales = np.where(deviations > 0, deviations, 1.0)
        return cls(values.number_names, values.category_names, means, scales, known)

    def matrix(self, values: Values) -> Floats:
        """Shape (rows, columns), finite."""
        numbers = (self._numbers(values) - self.means[:, None]) / self.scales[:, None]
        columns = [np.nan_to_num(numbers.T)]
        for known, found in zip(self.known, self._categories(values), strict=True):
            real = known[known != MISSING_CATEGORY]
            columns.append((found[:, None] == real).astype(np.float64))
        return np.concatenate(columns, axis=1)

    def state(self) -> ModelState:
        """For `from_state`."""
        names = {"numbers": list(self.number_names), "categories": list(self.category_names)}
        arrays = {"means": self.means, "scales": self.scales, "known": self.known}
        return ModelState(names, arrays)

    @classmethod
    def from_state(cls, state: ModelState) -> Self:
        """The table that `state` was taken of."""
        arrays = state.arrays
        return cls(
            tuple(state.document["numbers"]),
            tuple(state.document["categories"]),
            arrays["means"].astype(np.float64, casting="safe"),
            arrays["scales"].astype(np.float64, casting="safe"),
            arrays["known"].astype(np.uint64, casting="safe"),
        )

    def _numbers(self, values: Values) -> Floats:
        """Its fields of numbers, in its order; those that are no more are missing."""
        empty = np.full(values.numbers.shape[1], np.nan)
        return _picked(self.number_names, values.number_names, values.numbers, empty)

    def _categories(self, values: Values) -> NDArray[np.uint64]:
        empty = np.full(values.numbers.shape[1], MISSING_CATEGORY, np.uint64)
        return _picked(self.category_names, values.category_names, values.categories, empty)


def _picked(
    wanted: tuple[str, ...],
    names: tuple[str, ...],
    rows: NDArray[Number],
    empty: NDArray[Number],
) -> NDArray[Number]:
    places: Mapping[str, int] = {name: place for place, name in enumerate(names)}
    found = [rows[places[name]] if name in places else empty for name in wanted]
    return np.stack(found) if found else np.empty((0, len(empty)), empty.dtype)
