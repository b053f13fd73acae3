"""The examples that challengers are fitted to, as numbers and categories."""

from collections.abc import Mapping, Sequence
from typing import Self

import numpy as np
from numpy.typing import NDArray

from shared.model.bounds import Bounds, still_holds
from shared.model.probabilities import relabel
from shared.model.state import ModelState
from shared.model.values import MISSING_CATEGORY, Values
from shared.project import FieldKind

NO_NUMBER = -1e200
"""Stands for a missing number in a state, which holds finite numbers only."""
SLACK = 8
"""One in so many rows is room for what arrives while a challenger is fitted."""


class History:
    """A ring of the last examples, each with its position in the ledger.

    Attributes:
        seen: how many examples were ever kept.
    """

    def __init__(
        self, numbers: Sequence[str], categories: Sequence[str], labels: int, bounds: Bounds
    ) -> None:
        self.seen = 0
        self._bounds = bounds
        self._names = (tuple(numbers), tuple(categories))
        capacity = bounds.rows(max(len(numbers) + len(categories), labels))
        self._numbers = np.full((len(numbers), capacity), np.nan)
        self._categories = np.full((len(categories), capacity), MISSING_CATEGORY, np.uint64)
        self._targets = np.zeros((capacity, labels), np.float32)
        self._positions = np.zeros(capacity, np.int64)

    @classmethod
    def start(cls, fields: Mapping[str, FieldKind], labels: int, bounds: Bounds) -> Self:
        """An empty one."""
        empty = Values.read([], fields)
        return cls(empty.number_names, empty.category_names, labels, bounds)

    @property
    def capacity(self) -> int:
        """How many examples it can hold."""
        return len(self._positions)

    @property
    def usable(self) -> int:
        """How many of them a fit may use."""
        return self.capacity - self.capacity // SLACK

    def keep(self, values: Values, target: NDArray[np.float32], position: int) -> None:
        """Keep one example, the fields being those of this history."""
        slot = self.seen % self.capacity
        self._numbers[:, slot] = values.numbers[:, 0]
        self._categories[:, slot] = values.categories[:, 0]
        self._targets[slot] = target
        self._positions[slot] = position
        self.seen += 1

    def reaches(self, upto: int) -> bool:
        """Whether the examples that a fit up to a position uses are all still here."""
        slots = self._slots()
        later = int((self._positions[slots] > upto).sum())
        return still_holds(len(slots), self.seen, later, self.usable)

    def until(self, upto: int) -> tuple[Values, NDArray[np.float32]]:
        """The last examples up to a position, oldest first, as many as a fit may use."""
        slots = self._slots()
        slots = slots[self._positions[slots] <= upto][-self.usable :]
        numbers, categories = self._numbers[:, slots], self._categories[:, slots]
        return Values(*self._names, numbers, categories), self._targets[slots]

    def counted(self, upto: int) -> int:
        """How many examples were ever kept up to a position that it reaches."""
        later = int((self._positions[self._slots()] > upto).sum())
        return self.seen - later

    def relabel(self, sources: Sequence[int | None]) -> "History":
        """The same examples under other labels: for each new one its old position, or None."""
        fresh = History(*self._names, len(sources), self._bounds)
        slots = self._slots()[-fresh.capacity :]
        targets = relabel(self._targets[slots], sources)
        fresh._fill(
            self._numbers[:, slots], self._categories[:, slots], targets, self._positions[slots]
        )
        fresh.seen = len(slots)
        return fresh

    def refielded(self, fields: Mapping[str, FieldKind]) -> "History":
        """An empty history of other fields."""
        return History.start(fields, self._targets.shape[1], self._bounds)

    def state(self) -> ModelState:
        """For `from_state`."""
        slots = self._slots()
        numbers, categories = self._names
        document = {"seen": self.seen, "numbers": list(numbers), "categories": list(categories)}
        arrays = {
            "numbers": np.nan_to_num(self._numbers[:, slots], nan=NO_NUMBER),
            "categories": self._categories[:, slots],
            "targets": self._targets[slots],
            "positions": self._positions[slots],
        }
        return ModelState(document, arrays)

    @classmethod
    def from_state(cls, state: ModelState, bounds: Bounds) -> Self:
        """The history that `state` was taken of."""
        said, arrays = state.document, state.arrays
        targets = arrays["targets"].astype(np.float32)
        history = cls(said["numbers"], said["categories"], targets.shape[1], bounds)
        numbers = arrays["numbers"].astype(np.float64)
        history._fill(
            np.where(numbers == NO_NUMBER, np.nan, numbers),
            arrays["categories"].astype(np.uint64),
            targets,
            arrays["positions"].astype(np.int64),
        )
        history.seen = said["seen"]
        history._roll()
        return history

    def _fill(
        self,
        numbers: NDArray[np.float64],
        categories: NDArray[np.uint64],
        targets: NDArray[np.float32],
        positions: NDArray[np.int64],
    ) -> None:
        held = len(positions)
        self._numbers[:, :held], self._categories[:, :held] = numbers, categories
        self._targets[:held], self._positions[:held] = targets, positions

    def _roll(self) -> None:
        """Bring the oldest example, which is first, to the slot that its number says."""
        if self.seen > self.capacity:
            by = self.seen % self.capacity
            for array in (self._numbers, self._categories):
                array[:] = np.roll(array, by, axis=1)
            self._targets = np.roll(self._targets, by, axis=0)
            self._positions = np.roll(self._positions, by)

    def _slots(self) -> NDArray[np.int64]:
        """The slots in use, oldest first."""
        held = min(self.seen, self.capacity)
        return (self.seen - held + np.arange(held)) % self.capacity
