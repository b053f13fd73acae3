"""What linear experts have in common: weights of the columns that examples ever had."""

from collections.abc import Sequence
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from shared.model.probabilities import Floats, relabel
from shared.model.sparse import Present
from shared.model.state import ModelState
from shared.model.voices.linear import LinearVoice


class LinearWeights:
    """Named arrays of shape (width, speakers x labels), zero until learned.

    Attributes:
        arrays: `weights`, and what else an expert keeps for each weight.
    """

    def __init__(self, width: int, labels: int, speakers: int, names: Sequence[str]) -> None:
        self.labels = labels
        self.speakers = speakers
        self.arrays = {name: np.zeros((width, speakers * labels), np.float32) for name in names}
        self.touched = np.zeros(width, np.bool_)

    @property
    def width(self) -> int:
        """Columns of the encoded rows."""
        return len(self.touched)

    def logits(self, rows: Present) -> Floats:
        """What each speaker says, shape (rows, speakers, labels)."""
        return self.shaped(rows.rows.times(picked(self.arrays["weights"], rows.columns)))

    def shaped(self, flat: NDArray[np.float32]) -> Floats:
        """Logits by speaker and label."""
        return flat.astype(np.float64).reshape(len(flat), self.speakers, self.labels)

    def voice(self, columns: NDArray[np.int32], scale: float = 1.0) -> LinearVoice:
        """A snapshot."""
        weights = picked(self.arrays["weights"], columns)
        weights *= np.float32(scale)
        return LinearVoice(self.width, self.labels, columns, weights)

    def relabel(self, sources: Sequence[int | None]) -> None:
        """Change the labels: for each new one its old position, or None."""
        columns = np.flatnonzero(self.touched)
        for name, old in self.arrays.items():
            by_speaker = old[columns].reshape(len(columns), self.speakers, self.labels)
            new = np.zeros((self.width, self.speakers * len(sources)), np.float32)
            new[columns] = relabel(by_speaker, sources).reshape(len(columns), -1)
            self.arrays[name] = new
        self.labels = len(sources)

    def state(self, document: dict[str, Any]) -> ModelState:
        """For `from_state`; only columns that were ever learned are kept."""
        columns = np.flatnonzero(self.touched)
        shape = {"width": self.width, "labels": self.labels, "speakers": self.speakers}
        kept = {name: array[columns] for name, array in self.arrays.items()}
        return ModelState({**document, **shape}, {"columns": columns.astype(np.int32), **kept})

    @classmethod
    def from_state(cls, state: ModelState) -> Self:
        """The weights that `state` was taken of."""
        said, names = state.document, [name for name in state.arrays if name != "columns"]
        weights = cls(said["width"], said["labels"], said["speakers"], names)
        columns = state.arrays["columns"]
        for name in names:
            weights.arrays[name][columns] = state.arrays[name]
        weights.touched[columns] = True
        return weights


def picked(table: NDArray[np.float32], columns: NDArray[np.int32]) -> NDArray[np.float32]:
    """Some rows of a table, copied; numpy's indexing takes four times as long."""
    return table.take(columns, axis=0)


def put(table: NDArray[np.float32], columns: NDArray[np.int32], rows: NDArray[np.float32]) -> None:
    """Put them back, each row in one piece: twice as fast as number by number."""
    whole = np.dtype((np.void, table.shape[1] * table.itemsize))
    table.view(whole)[columns, 0] = rows.view(whole)[:, 0]
