"""Standardised values and quantile bins of number fields."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from shared.model.state import ModelState
from shared.model.values import LARGEST_NUMBER, Row, numbers

BINS = 12
COARSE_BINS = 6
MISSING = BINS
"""The bin of missing values; bins of values are 0..BINS-1."""
WIDEST = 6.0
GRAIN = 1024.0
"""Standardised values are multiples of 1/GRAIN: their squares add up exactly in any order, so
that a row's norm cannot depend on the batch it is encoded in."""

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class NumberBins:
    """Where the values of each number field lie, cut once on rows without labels.

    Attributes:
        names: the fields, sorted.
        centres: medians, shape (fields,).
        scales: standard deviations, shape (fields,), > 0.
        edges: least value of bins 1..BINS-1, shape (fields, BINS-1), unused ones above any value.
        used: bins in use, shape (fields,).
        rows: how many rows each field was cut on, shape (fields,).
    """

    names: tuple[str, ...]
    centres: Floats
    scales: Floats
    edges: Floats
    used: NDArray[np.int64]
    rows: NDArray[np.int64]

    @classmethod
    def fit(cls, names: Sequence[str], rows: Sequence[Row], previous: Self | None = None) -> Self:
        """Cut the fields on these rows; a field cut earlier on as many or more stays as it is."""
        values = numbers(rows, names)
        known = {name: i for i, name in enumerate(previous.names)} if previous else {}
        cut = []
        for name, column in zip(names, values, strict=True):
            i = known.get(name)
            if previous is not None and i is not None and previous.rows[i] >= len(rows):
                cut.append(
                    (
                        previous.centres[i],
                        previous.scales[i],
                        previous.edges[i],
                        previous.used[i],
                        previous.rows[i],
                    )
                )
            else:
                cut.append((*_cut(column[~np.isnan(column)]), len(rows)))
        centres, scales, edges, used, counts = zip(*cut, strict=True) if cut else ((),) * 5
        return cls(
            tuple(names),
            np.array(centres, np.float64),
            np.array(scales, np.float64),
            np.array(edges, np.float64).reshape(len(names), BINS - 1),
            np.array(used, np.int64),
            np.array(counts, np.int64),
        )

    def encode(self, values: Floats) -> tuple[Floats, NDArray[np.int64]]:
        """Standardised values (0 where missing) and bins, both of shape (fields, rows).

        Args:
            values: of the fields `names`, shape (fields, rows), NaN where missing.
        """
        bins: NDArray[np.int64] = (values >= self.edges.T[:, :, None]).sum(axis=0, dtype=np.int64)
        missing = np.isnan(values)
        bins[missing] = MISSING
        standardised = (values - self.centres[:, None]) / self.scales[:, None]
        standardised[missing] = 0
        np.clip(standardised, -WIDEST, WIDEST, out=standardised)
        return np.rint(standardised * GRAIN) / GRAIN, bins

    def coarse(self) -> NDArray[np.int64]:
        """The coarse bin of each bin, shape (fields, BINS + 1); missing stays apart."""
        fine = np.arange(BINS)
        used = self.used[:, None]
        merged = np.where(used > COARSE_BINS, fine * COARSE_BINS // used, fine)
        return np.hstack([merged, np.full((len(self.names), 1), MISSING)])

    def state(self) -> ModelState:
        """For `from_state`."""
        return ModelState(
            {"names": list(self.names)},
            {
                "centres": self.centres,
                "scales": self.scales,
                "edges": self.edges,
                "used": self.used,
                "rows": self.rows,
            },
        )

    @classmethod
    def from_state(cls, state: ModelState) -> Self:
        """The bins that `state` was taken of."""
        names = tuple(state.document["names"])
        arrays = state.arrays
        bins = cls(
            names,
            arrays["centres"].astype(np.float64),
            arrays["scales"].astype(np.float64),
            arrays["edges"].astype(np.float64),
            arrays["used"].astype(np.int64),
            arrays["rows"].astype(np.int64),
        )
        lengths = {len(bins.centres), len(bins.scales), len(bins.used), len(bins.rows)}
        if lengths != {len(names)} or bins.edges.shape != (len(names), BINS - 1):
            raise ValueError(f"bins that do not fit {len(names)} number fields")
        return bins


def _cut(values: Floats) -> tuple[float, float, Floats, int]:
    """Centre, scale, padded edges and number of bins of one field's values."""
    edges = np.full(BINS - 1, 2 * LARGEST_NUMBER)
    if not len(values):
        return 0.0, 1.0, edges, 1
    distinct = np.unique(values)
    if len(distinct) <= BINS:
        cuts = distinct[1:]
    else:
        cuts = np.unique(np.quantile(values, np.arange(1, BINS) / BINS))
    edges[: len(cuts)] = cuts
    low, high = np.quantile(values, (0.01, 0.99))
    inner = np.clip(values, low, high)
    scale = float(np.std(inner)) or float(np.std(values)) or 1.0
    return float(np.median(values)), scale, edges, len(cuts) + 1
