"""The voice of a model that a project has brought."""

from dataclasses import dataclass
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix  # type: ignore[import-untyped]

from shared.model.brought.answering import ask
from shared.model.brought.storing import load
from shared.model.brought.table import Table
from shared.model.encoded import Encoded
from shared.model.probabilities import Floats
from shared.model.sparse import SparseRows
from shared.model.state import Array, ModelState

_LEAST = 1e-3
"""Probability of what the model has never seen, or holds for impossible."""
_DIGITS = 6
"""A library may sum a row differently among others; what it says is rounded so far."""


@dataclass(frozen=True)
class Fitted:
    """An estimator, and how it is stored.

    Attributes:
        model: the estimator.
        stored: its bytes.
        package: whose classes these may name.
    """

    model: Any
    stored: bytes
    package: str


class BroughtVoice:
    """Asks an estimator of another library; what is no probability is taken for "no idea"."""

    KIND: ClassVar[str] = "brought"

    def __init__(
        self, fitted: Fitted, labels: int, classes: NDArray[np.int64], table: Table | None
    ) -> None:
        """Take an estimator.

        Args:
            fitted: the estimator.
            labels: how many labels there are.
            classes: the label of each of its columns.
            table: the columns that it reads; None if it reads vectors.

        Raises:
            ValueError: a column is of no label.
        """
        if len(classes) and not (classes.min() >= 0 and classes.max() < labels):
            raise ValueError(f"columns of labels {classes.tolist()} of {labels}")
        self._fitted = fitted
        self._labels = labels
        self._classes = classes
        self._table = table

    @property
    def speakers(self) -> int:
        """One."""
        return 1

    def predict_log_proba(self, rows: Encoded) -> Floats:
        """Logarithms of probabilities, shape (rows, 1, labels)."""
        said = np.full((len(rows), self._labels), np.nan)
        said[:, self._classes] = self._ask(rows)
        usable = np.isfinite(said[:, self._classes]).all(axis=1, keepdims=True)
        said = np.where(usable, np.maximum(np.nan_to_num(said), _LEAST), 1.0)
        logarithms = np.log(said / said.sum(axis=1, keepdims=True))
        rounded: Floats = np.round(logarithms, _DIGITS)[:, None]
        return rounded

    def state(self) -> ModelState:
        """For `from_state`."""
        document = {
            "kind": self.KIND,
            "package": self._fitted.package,
            "labels": self._labels,
            "reads": "vectors" if self._table is None else "table",
        }
        arrays: dict[str, Array] = {
            "model": np.frombuffer(self._fitted.stored, np.uint8),
            "classes": self._classes,
        }
        own = ModelState(document, arrays)
        if self._table is None:
            return own
        joined = ModelState.compose(document, table=self._table.state())
        return ModelState(joined.document, {**joined.arrays, **arrays})

    @classmethod
    def from_state(cls, state: ModelState) -> Self:
        """The voice that `state` was taken of.

        Raises:
            ValueError: a library is missing here, or it holds what is not trusted.
        """
        package = str(state.document["package"])
        stored = state.arrays["model"].astype(np.uint8, casting="safe").tobytes()
        table = None
        if state.document["reads"] == "table":
            table = Table.from_state(state.part("table"))
        return cls(
            Fitted(load(stored, package), stored, package),
            int(state.document["labels"]),
            state.arrays["classes"].astype(np.int64, casting="safe"),
            table,
        )

    def _ask(self, rows: Encoded) -> Floats:
        table = self._table
        matrix = matrix_of(rows.sparse) if table is None else table.matrix(rows.values)
        return ask(self._fitted.model, matrix, self._labels)


def matrix_of(rows: SparseRows) -> csr_matrix:
    """Vectors as libraries take them, each column once a row."""
    parts = (rows.values, rows.columns, rows.ends)
    matrix = csr_matrix(parts, shape=(len(rows), rows.width), copy=True)
    matrix.sum_duplicates()
    return matrix
