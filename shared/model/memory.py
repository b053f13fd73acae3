"""The examples that are rehearsed while learning goes on."""

from typing import Self

import numpy as np
from numpy.typing import NDArray

from shared.model.bounds import still_holds
from shared.model.hashing import draws
from shared.model.sparse import SparseRows
from shared.model.state import ModelState

RECENT = 1_000
SLACK = 4
"""One in so many examples is room for what arrives while a challenger is fitted and tried."""


class Memory:
    """A ring of the last encoded examples, each with its position in the ledger.

    Attributes:
        width: columns of the encoded rows.
        seen: how many examples were ever remembered.
    """

    def __init__(self, width: int, labels: int, capacity: int) -> None:
        self.width = width
        self.seen = 0
        self.capacity = capacity
        self._rows: list[SparseRows] = []
        self._targets = np.zeros((capacity, labels), np.float32)
        self._positions = np.zeros(capacity, np.int64)

    @property
    def usable(self) -> int:
        """How many examples a fit may use."""
        return self.capacity - self.capacity // SLACK

    def remember(self, row: SparseRows, target: NDArray[np.float32], position: int) -> None:
        """Keep one encoded row, shape (1, width), and its label probabilities."""
        slot = self.seen % self.capacity
        if slot < len(self._rows):
            self._rows[slot] = row
        else:
            self._rows.append(row)
        self._targets[slot] = target
        self._positions[slot] = position
        self.seen += 1

    def sample(self, size: int) -> tuple[SparseRows, NDArray[np.float32]]:
        """Draw with replacement, half from all and half from the last thousand.

        The draw is a function of `seen` alone.
        """
        held = len(self._rows)
        recent = min(held, RECENT)
        numbers = draws(self.seen, size, held * recent)
        half = size // 2
        ages = np.concatenate([numbers[:half] % recent, numbers[half:] % held])
        return self._picked((self.seen - 1 - ages) % self.capacity)

    def reaches(self, upto: int) -> bool:
        """Whether the examples that a fit up to a position uses are all still here."""
        later = int((self._positions[self._slots()] > upto).sum())
        return still_holds(len(self._rows), self.seen, later, self.usable)

    def until(self, upto: int) -> tuple[SparseRows, NDArray[np.float32]]:
        """The last examples up to a position, oldest first, as many as a fit may use."""
        slots = self._slots()
        return self._picked(slots[self._positions[slots] <= upto][-self.usable :])

    def relabel(self, targets: NDArray[np.float32]) -> None:
        """Replace the label probabilities of all slots."""
        self._targets = targets

    @property
    def targets(self) -> NDArray[np.float32]:
        """Label probabilities by slot, shape (capacity, labels); zeros where unused."""
        return self._targets

    def state(self) -> ModelState:
        """For `from_state`."""
        rows = SparseRows.stack(self._rows, self.width)
        return ModelState(
            {"width": self.width, "seen": self.seen, "capacity": self.capacity},
            {
                "columns": rows.columns,
                "values": rows.values,
                "ends": rows.ends,
                "targets": self._targets[: len(self._rows)].copy(),
                "positions": self._positions[: len(self._rows)].copy(),
            },
        )

    @classmethod
    def from_state(cls, state: ModelState) -> Self:
        """The memory that `state` was taken of."""
        arrays = state.arrays
        targets = arrays["targets"]
        said = state.document
        memory = cls(said["width"], targets.shape[1], said["capacity"])
        memory.seen = state.document["seen"]
        memory._targets[: len(targets)] = targets
        memory._positions[: len(targets)] = arrays["positions"]
        rows = SparseRows(
            arrays["columns"].astype(np.int32),
            arrays["values"].astype(np.float32),
            arrays["ends"].astype(np.int32),
            memory.width,
        )
        memory._rows = rows.split()
        return memory

    def _slots(self) -> NDArray[np.int64]:
        """The slots in use, oldest first."""
        held = len(self._rows)
        return (self.seen - held + np.arange(held)) % self.capacity

    def _picked(self, slots: NDArray[np.int64]) -> tuple[SparseRows, NDArray[np.float32]]:
        rows = [self._rows[slot] for slot in slots.tolist()]
        return SparseRows.stack(rows, self.width), self._targets[slots]
