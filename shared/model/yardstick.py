"""How far rows are from one another: fields as whole coordinates, the telling ones stretched."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Self

import numpy as np
from numpy.typing import NDArray

from shared.model.probabilities import Floats
from shared.model.state import Array, ModelState
from shared.model.values import Values

GRID = 16.0
"""Coordinates to a standard deviation."""
FARTHEST = 3.0
"""Standard deviations from the middle; what is farther off counts as that far."""
NARROWEST, WIDEST = 0.05, 6.0
"""Limits of a field's weight; 1 is the mean of all fields."""
MOST_VALUES = 16
"""Values of a category that are told apart: the most frequent."""
MOST_COORDINATES = 256
"""Squared distances stay below 2**24, so that float32 adds them exactly in any order."""
LIMIT = np.floor(FARTHEST * GRID * np.sqrt(WIDEST))
"""No coordinate is farther from 0."""
TINY = 1e-9
_NO_VALUE = np.uint64(2**63)
"""No hash, and not what pads them."""

Points = NDArray[np.float32]
"""Whole numbers, shape (rows, coordinates)."""


@dataclass(frozen=True)
class Yardstick:
    """Where rows lie, for squared Euclidean distances.

    A field's weight is the share of its variance that lies between the labels (Fisher's ratio;
    for a category that of its values' indicators), so that fields that tell nothing do not blur
    who is near.

    Attributes:
        number_names: fields of one coordinate each.
        category_names: fields of MOST_VALUES coordinates each, one a value.
        centres: means of the numbers.
        stretches: from the numbers to coordinates.
        known: hashes of the values, ascending, padded with the highest integer; shape
            (categories, MOST_VALUES).
        heights: of the coordinate of a row's value, whole numbers, shape (categories,).
    """

    number_names: tuple[str, ...]
    category_names: tuple[str, ...]
    centres: Floats
    stretches: Floats
    known: NDArray[np.uint64]
    heights: Floats

    def __post_init__(self) -> None:
        numbers, categories = len(self.number_names), len(self.category_names)
        if not len(self.centres) == len(self.stretches) == numbers:
            raise ValueError(f"a yardstick that does not fit {numbers} numbers")
        if self.known.shape != (categories, MOST_VALUES) or len(self.heights) != categories:
            raise ValueError(f"a yardstick that does not fit {categories} categories")
        if self.coordinates > MOST_COORDINATES:
            raise ValueError(f"a yardstick of {self.coordinates} coordinates")

    @property
    def coordinates(self) -> int:
        """How many each point has."""
        return len(self.number_names) + MOST_VALUES * len(self.category_names)

    @classmethod
    def start(cls) -> Self:
        """One that reads no field."""
        nothing = np.zeros(0)
        return cls((), (), nothing, nothing, np.zeros((0, MOST_VALUES), np.uint64), nothing)

    @classmethod
    def fit(cls, values: Values, targets: NDArray[np.float32]) -> Self:
        """Made on these rows, at least one, and their label probabilities (rows, labels)."""
        filled, centres, spreads = _standard(values.numbers)
        of_numbers = np.array([_told(row[:, None], targets) for row in filled])
        of_categories = np.array([_told(_indicators(row), targets) for row in values.categories])
        told = np.concatenate([of_numbers, of_categories])
        weights = np.clip(told / (told.mean() + TINY), NARROWEST, WIDEST) if len(told) else told
        numbers, categories = _heaviest(weights, len(of_numbers))
        heights = np.rint(GRID * np.sqrt(weights[len(of_numbers) :]))
        known = [_frequent(values.categories[place]) for place in categories]
        return cls(
            tuple(values.number_names[place] for place in numbers),
            tuple(values.category_names[place] for place in categories),
            centres[numbers],
            (GRID * np.sqrt(weights[: len(of_numbers)]) / spreads)[numbers],
            np.array(known, np.uint64).reshape(len(categories), MOST_VALUES),
            heights[categories],
        )

    def points(self, values: Values) -> Points:
        """Where rows lie; fields that `values` lacks are missing."""
        rows, numbers = values.numbers.shape[1], len(self.number_names)
        points = np.zeros((rows, self.coordinates), np.float32)
        if numbers:
            given = _picked(values.numbers, self.number_names, values.number_names)
            at = (given - self.centres[:, None]) * self.stretches[:, None]
            at[np.isnan(at)] = 0
            points[:, :numbers] = np.rint(np.clip(at, -LIMIT, LIMIT)).T
        if self.category_names and values.category_names:
            held = _picked_categories(values, self.category_names)
            is_it = self.known[:, :, None] == held[:, None, :]
            at = is_it * self.heights.astype(np.float32)[:, None, None]
            points[:, numbers:] = at.reshape(-1, rows).T
        return points

    def state(self) -> ModelState:
        """For `from_state`."""
        names = {"numbers": list(self.number_names), "categories": list(self.category_names)}
        arrays: dict[str, Array] = {
            "centres": self.centres,
            "stretches": self.stretches,
            "known": self.known,
            "heights": self.heights,
        }
        return ModelState(names, arrays)

    @classmethod
    def from_state(cls, state: ModelState) -> Self:
        """The yardstick that `state` was taken of.

        Raises:
            ValueError: the parts do not fit one another.
        """
        said, arrays = state.document, state.arrays
        return cls(
            tuple(said["numbers"]),
            tuple(said["categories"]),
            arrays["centres"].astype(np.float64, casting="safe"),
            arrays["stretches"].astype(np.float64, casting="safe"),
            arrays["known"].astype(np.uint64, casting="safe"),
            arrays["heights"].astype(np.float64, casting="safe"),
        )


def _standard(numbers: Floats) -> tuple[Floats, Floats, Floats]:
    """Standardised numbers (0 where missing), means and standard deviations, fields first."""
    missing = np.isnan(numbers)
    held = np.maximum((~missing).sum(axis=1), 1)
    filled = np.where(missing, 0, numbers)
    low, high = np.quantile(filled, (0.01, 0.99), axis=1)
    inner = np.clip(filled, low[:, None], high[:, None])
    centres = np.where(missing, 0, inner).sum(axis=1) / held
    away = np.where(missing, 0, inner - centres[:, None])
    spreads = np.sqrt((away * away).sum(axis=1) / held)
    spreads = np.where(spreads > 0, spreads, 1.0)
    standardised = np.where(missing, 0, filled - centres[:, None]) / spreads[:, None]
    return np.clip(standardised, -FARTHEST, FARTHEST), centres, spreads


def _told(columns: Floats, targets: NDArray[np.float32]) -> float:
    """The share of the variance of columns (rows, n) that lies between the labels."""
    masses = targets.sum(axis=0, dtype=np.float64) + TINY
    means = (targets.T.astype(np.float64) @ columns) / masses[:, None]
    apart = (means - columns.mean(axis=0)) ** 2
    between = (apart * masses[:, None]).sum() / masses.sum()
    return float(between / (columns.var(axis=0).sum() + TINY))


def _indicators(column: NDArray[np.uint64]) -> Floats:
    """Which of the frequent values each row has, shape (rows, MOST_VALUES)."""
    indicators: Floats = (column[:, None] == _frequent(column)).astype(np.float64)
    return indicators


def _frequent(column: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """The most frequent values, ascending, padded with the highest integer."""
    distinct, counts = np.unique(column, return_counts=True)
    first = np.argsort(-counts, kind="stable")[:MOST_VALUES]
    known = np.full(MOST_VALUES, np.iinfo(np.uint64).max)
    known[: len(first)] = np.sort(distinct[first])
    return known


def _heaviest(weights: Floats, numbers: int) -> tuple[list[int], list[int]]:
    """Places of numbers and of categories, the heaviest as far as there is room."""
    costs = np.where(np.arange(len(weights)) < numbers, 1, MOST_VALUES)
    order = np.argsort(-weights, kind="stable")
    chosen = np.sort(order[np.cumsum(costs[order]) <= MOST_COORDINATES]).tolist()
    return [p for p in chosen if p < numbers], [p - numbers for p in chosen if p >= numbers]


def _picked(numbers: Floats, names: Sequence[str], among: Sequence[str]) -> Floats:
    """The rows of the names, NaN where there is none."""
    if names == among:
        return numbers
    places = _places(tuple(names), tuple(among))
    picked = (
        numbers[[place or 0 for place in places]]
        if len(among)
        else np.empty((len(names), numbers.shape[1]))
    )
    picked[[place is None for place in places]] = np.nan
    return picked


def _picked_categories(values: Values, names: Sequence[str]) -> NDArray[np.uint64]:
    """The rows of the names; what is not there has no value that is known."""
    places = _places(tuple(names), values.category_names)
    picked = values.categories[[place or 0 for place in places]]
    absent = [place is None for place in places]
    if any(absent):
        picked[absent] = _NO_VALUE
    return picked


@lru_cache(maxsize=64)
def _places(names: tuple[str, ...], among: tuple[str, ...]) -> tuple[int | None, ...]:
    known = {name: place for place, name in enumerate(among)}
    return tuple(known.get(name) for name in names)
