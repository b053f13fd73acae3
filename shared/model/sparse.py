"""Sparse rows, and the two products that learning needs."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Self

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import _sparsetools  # type: ignore[import-untyped]

_SPARSE = 256
"""Columns are few if there are so many times as many in all."""


@dataclass(frozen=True)
class SparseRows:
    """Rows of a wide matrix of which few columns are not zero.

    Attributes:
        columns: int32, one for each value; columns may repeat within a row and add up.
        values: float32.
        ends: where each row's values begin, and where the last ends, shape (rows + 1,).
        width: columns in all.
    """

    columns: NDArray[np.int32]
    values: NDArray[np.float32]
    ends: NDArray[np.int32]
    width: int

    def __len__(self) -> int:
        return len(self.ends) - 1

    @classmethod
    def stack(cls, rows: Sequence[Self], width: int) -> Self:
        """Single rows, one below the other."""
        ends = np.zeros(len(rows) + 1, np.int32)
        ends[1:] = np.cumsum([len(row.columns) for row in rows])
        if not rows:
            return cls(np.empty(0, np.int32), np.empty(0, np.float32), ends, width)
        columns = np.concatenate([row.columns for row in rows])
        return cls(columns, np.concatenate([row.values for row in rows]), ends, width)

    @classmethod
    def dense(cls, table: NDArray[np.float32]) -> Self:
        """All values of a table: its products add in the same order in every batch."""
        rows, width = table.shape
        columns = np.arange(rows * width, dtype=np.int32) % np.int32(width)
        return cls(columns, table.ravel(), _even_ends(rows, width), width)

    @classmethod
    def even(cls, columns: NDArray[np.int32], values: NDArray[np.float32], width: int) -> Self:
        """Rows of as many values each, both of shape (rows, values)."""
        return cls(columns.ravel(), values.ravel(), _even_ends(*columns.shape), width)

    def split(self) -> list[Self]:
        """The single rows, each with memory of its own size only."""
        bounds = zip(self.ends[:-1].tolist(), self.ends[1:].tolist(), strict=True)
        return [
            type(self)(
                self.columns[start:end].copy(),
                self.values[start:end].copy(),
                np.array([0, end - start], np.int32),
                self.width,
            )
            for start, end in bounds
        ]

    def beside(self, other: Self) -> Self:
        """Each row followed by the other's row of the same number, over the same columns."""
        ends = self.ends + other.ends
        lengths = np.diff(self.ends)
        mine = np.zeros(ends[-1], np.bool_)
        offsets = np.arange(len(self.columns)) - np.repeat(self.ends[:-1], lengths)
        mine[np.repeat(ends[:-1], lengths) + offsets] = True
        columns, values = np.empty(ends[-1], np.int32), np.empty(ends[-1], np.float32)
        columns[mine], columns[~mine] = self.columns, other.columns
        values[mine], values[~mine] = self.values, other.values
        return type(self)(columns, values, ends, self.width)

    @cached_property
    def present(self) -> "Present":
        """The columns that occur, and these rows over them alone."""
        columns, places = distinct(self.columns, self.width)
        return Present(columns, SparseRows(places, self.values, self.ends, len(columns)))

    @cached_property
    def lower(self) -> "Present":
        """The same without the upper half of the columns."""
        below = int(self.present.columns.searchsorted(self.width // 2))
        rows = self.present.rows
        kept = rows.columns < below
        ends = np.concatenate([[0], np.cumsum(kept)])[rows.ends].astype(np.int32)
        return Present(
            self.present.columns[:below],
            SparseRows(rows.columns[kept], rows.values[kept], ends, below),
        )

    def placed(self, places: NDArray[np.int32], width: int) -> "SparseRows":
        """The same rows over other columns: `places[c]` is the new column of column c."""
        return SparseRows(places[self.columns], self.values, self.ends, width)

    def times(self, dense: NDArray[np.float32]) -> NDArray[np.float32]:
        """These rows (n, width) times (width, m), each row summed in its own order."""
        return self._product(_sparsetools.csr_matvecs, (len(self), self.width), dense)

    def transposed_times(self, dense: NDArray[np.float32]) -> NDArray[np.float32]:
        """The transpose (width, n) times (n, m), summed in the order of the rows."""
        return self._product(_sparsetools.csc_matvecs, (self.width, len(self)), dense)

    def _product(
        self,
        multiply: Callable[..., None],
        shape: tuple[int, int],
        dense: NDArray[np.float32],
    ) -> NDArray[np.float32]:
        """What scipy's matrices do at last: making one takes longer than a row's product."""
        if len(dense) != shape[1]:
            raise ValueError(f"{shape[0]} x {shape[1]} does not go with {len(dense)} rows")
        product = np.zeros((shape[0], dense.shape[1]), np.float32)
        flat = np.ascontiguousarray(dense, np.float32).ravel()
        multiply(
            *shape, dense.shape[1], self.ends, self.columns, self.values, flat, product.ravel()
        )
        return product


def distinct(columns: NDArray[np.int32], width: int) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """The columns that occur, ascending, and the place of each among them: `np.unique`, faster.

    Few columns are sorted; many are ticked off in a list of all.
    """
    if len(columns) * _SPARSE < width:
        ordered = np.sort(columns)
        first = np.ones(len(ordered), np.bool_)
        np.not_equal(ordered[1:], ordered[:-1], out=first[1:])
        found = ordered[first]
        return found, found.searchsorted(columns).astype(np.int32)
    occurs = np.zeros(width, np.bool_)
    occurs[columns] = True
    found = np.flatnonzero(occurs).astype(np.int32)
    places = np.empty(width, np.int32)
    places[found] = np.arange(len(found), dtype=np.int32)
    return found, places.take(columns)


def _even_ends(rows: int, length: int) -> NDArray[np.int32]:
    return np.arange(rows + 1, dtype=np.int32) * np.int32(length)


@dataclass(frozen=True)
class Present:
    """Rows over few columns.

    Attributes:
        columns: those of the wide matrix, ascending.
        rows: the rows, whose column c is `columns[c]` there.
    """

    columns: NDArray[np.int32]
    rows: SparseRows
