"""Rows as a network reads them: single fields, and how far each number is from what was usual."""

from typing import NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from shared.model.encoded import Encoded
from shared.model.sparse import SparseRows

CELLS = 4_096
"""Columns share so many cells: fields of very many values cannot make a network large."""
DECAYS = (0.9, 0.98, 0.995)
"""What remains of an example's weight in a mean after the next: memories of about 10, 50 and 200
examples."""
WIDTH = (1 + len(DECAYS)) * CELLS
_MASK = np.int32(CELLS - 1)
_STEPS = 1 - np.array(DECAYS, np.float32)[:, None]
_OFFSETS = np.arange(CELLS, WIDTH, CELLS, dtype=np.int32)[:, None]

Means = NDArray[np.float32]
"""What the standardised number of each cell was of late, shape (decays, CELLS)."""


def nothing_usual() -> Means:
    """The means before there was anything."""
    return np.zeros((len(DECAYS), CELLS), np.float32)


def read(rows: Encoded, means: Means) -> SparseRows:
    """Rows over WIDTH cells: the single fields of their tables, then each number less its means.

    Combinations of fields are left out: the units of a network find their own. What is high may
    be so for a price, a season or a shift only; a mean of late tells it, and no label is needed.
    """
    table = _Table.of(rows)
    count, single, late = len(rows), table.singles.shape[1], len(DECAYS) * len(table.cells)
    columns = np.empty((count, single + late), np.int32)
    values = np.empty((count, single + late), np.float32)
    np.bitwise_and(table.singles, _MASK, out=columns[:, :single])
    values[:, :single] = table.values
    columns[:, single:] = (table.cells + _OFFSETS).ravel()
    apart = table.numbers[:, None] - means.take(table.cells, axis=1)
    if table.missing.any():
        apart *= ~table.missing[:, None]
    apart *= table.scales[:, None]
    values[:, single:] = apart.reshape(count, late)
    return SparseRows.even(columns, values, WIDTH)


def followed(means: Means, rows: Encoded) -> Means:
    """The means after these rows, one after the other; what is missing leaves its mean alone."""
    table, moved = _Table.of(rows), means.copy()
    for numbers, missing in zip(table.numbers, table.missing, strict=True):
        apart = (numbers - moved[:, table.cells]) * ~missing
        moved[:, table.cells] += _STEPS * apart
    return moved


class _Table(NamedTuple):
    """The parts of encoded rows that are read.

    Attributes:
        singles: columns of the single fields, shape (rows, n).
        values: what stands there.
        scales: what all of a row was multiplied with, shape (rows, 1).
        cells: of the number fields, shape (numbers,).
        numbers: standardised, 0 where missing, shape (rows, numbers).
        missing: which of them are.
    """

    singles: NDArray[np.int32]
    values: NDArray[np.float32]
    scales: NDArray[np.float32]
    cells: NDArray[np.int32]
    numbers: NDArray[np.float32]
    missing: NDArray[np.bool_]

    @classmethod
    def of(cls, rows: Encoded) -> Self:
        """Those of some rows; all of them have the same fields in the same places."""
        table, count = rows.table, len(rows)
        shape = (count, len(table.columns) // max(1, count))
        columns, values = table.columns.reshape(shape), table.values.reshape(shape)
        single = np.count_nonzero(columns[:1] < table.width // 2)
        scales, numbers = values[:, :1], slice(1, 1 + len(rows.values.number_names))
        return cls(
            columns[:, :single],
            values[:, :single],
            scales,
            columns[:1, numbers].ravel() & _MASK,
            values[:, numbers] / scales,
            np.isnan(rows.values.numbers.T),
        )
