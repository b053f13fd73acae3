"""The examples that are rehearsed while learning goes on."""

from typing import Self

import numpy as np
from numpy.typing import NDArray

from shared.model.hashing import draws
from shared.model.sparse import SparseRows
from shared.model.state import ModelState

CAPACITY = 4_096
RECENT = 1_000


class Memory:
    """A ring of the last 4,096 encoded examples.

    Attributes:
        width: columns of the encoded rows.
        seen: how many examples were ever remembered.
    """

    def __init__(self, width: int, labels: int) -> None:
        self.width = width
        self.seen = 0
        self._rows: list[SparseRows] = []
        self._targets = np.zeros((CAPACITY, labels), np.float32)

    def remember(self, row: SparseRows, target: NDArray[np.float32]) -> None:
        """Keep one encoded row, shape (1, width), and its label probabilities."""
        slot = self.seen % CAPACITY
        if slot < len(self._rows):
            self._rows[slot] = row
        else:
            self._rows.append(row)
        self._targets[slot] = target
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
        slots = (self.seen - 1 - ages) % held if held == CAPACITY else held - 1 - ages
        rows = [self._rows[slot] for slot in slots.tolist()]
        return SparseRows.stack(rows, self.width), self._targets[slots]

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
            {"width": self.width, "seen": self.seen},
            {
                "columns": rows.columns,
                "values": rows.values,
                "ends": rows.ends,
                "targets": self._targets[: len(self._rows)].copy(),
            },
        )

    @classmethod
    def from_state(cls, state: ModelState) -> Self:
        """The memory that `state` was taken of."""
        arrays = state.arrays
        targets = arrays["targets"]
        memory = cls(state.document["width"], targets.shape[1])
        memory.seen = state.document["seen"]
        memory._targets[: len(targets)] = targets
        rows = SparseRows(
            arrays["columns"].astype(np.int32),
            arrays["values"].astype(np.float32),
            arrays["ends"].astype(np.int32),
            memory.width,
        )
        memory._rows = rows.split()
        return memory
