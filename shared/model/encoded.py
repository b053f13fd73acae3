"""Rows in the forms in which experts read them."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from shared.model.sparse import SparseRows
from shared.model.text import Words
from shared.model.values import Row, Values

Places = NDArray[np.int32]
"""The new column of each column."""


@dataclass(frozen=True)
class Encoded:
    """Some rows.

    Attributes:
        rows: as they were sent.
        values: their numbers and categories.
        table: their vectors without words, each of the same length.
        sparse: their vectors, words included.
        text: the vectors of their words alone; None if the project has no text fields.
        words: these words as they stand there; None also where rows were split.
    """

    rows: Sequence[Row]
    values: Values
    table: SparseRows
    sparse: SparseRows
    text: SparseRows | None
    words: Words | None
    _placed: dict[tuple[int, int], tuple[Places, SparseRows]] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.sparse)

    def split(self) -> list["Encoded"]:
        """The single rows, as if each had been encoded by itself."""
        count, numbers, categories = len(self), self.values.numbers, self.values.categories
        tables = self.table.split()
        sparse = tables if self.sparse is self.table else self.sparse.split()
        texts = self.text.split() if self.text is not None else [None] * count
        return [
            Encoded(
                self.rows[i : i + 1],
                replace(
                    self.values,
                    numbers=np.ascontiguousarray(numbers[:, i : i + 1]),
                    categories=np.ascontiguousarray(categories[:, i : i + 1]),
                ),
                tables[i],
                sparse[i],
                texts[i],
                None,
            )
            for i in range(count)
        ]

    def placed(self, part: SparseRows, places: Places, width: int) -> SparseRows:
        """A part of these over other columns, looked up once for all who know the same columns.

        Args:
            part: `table`, `sparse` or `text`.
            places: see `SparseRows.placed`; the very same array is asked for once.
            width: columns in all.
        """
        asked = (id(part), id(places))
        if asked not in self._placed:
            self._placed[asked] = places, part.placed(places, width)
        return self._placed[asked][1]
