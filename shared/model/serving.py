"""What the scorer serves: an immutable model, in batches."""

from collections.abc import Sequence
from functools import cached_property
from typing import Self

import numpy as np
from numpy.typing import NDArray

from shared.model.features import FeatureEncoder
from shared.model.linear import softmax
from shared.model.state import ModelState
from shared.model.values import Row

KIND = "serving"
FLOOR = 1e-4
"""Share of the uniform distribution in every answer: nothing is held for impossible."""


class ServingModel:
    """Turns rows into probabilities; safe to share among threads.

    Attributes:
        labels: the order of the columns of `predict_proba`.
    """

    def __init__(
        self,
        labels: tuple[str, ...],
        encoder: FeatureEncoder,
        columns: NDArray[np.int32],
        weights: NDArray[np.float32],
    ) -> None:
        """Take a linear model.

        Args:
            labels: at least two.
            encoder: gives the rows their columns.
            columns: those that have weights, shape (n,), ascending.
            weights: shape (n, labels).

        Raises:
            ValueError: the parts do not fit one another.
        """
        _check(labels, encoder, columns, weights)
        self.labels = labels
        self._encoder = encoder
        self._columns = columns
        self._weights = weights

    def predict_proba(self, rows: Sequence[Row]) -> NDArray[np.float64]:
        """Probabilities, shape (rows, labels): finite, positive, rows sum to one.

        A row's probabilities do not depend on the other rows, not even in the last bit.
        """
        logits = self._encoder.transform(rows).times(self._dense)
        return floored(softmax(logits.astype(np.float64)))

    def state(self) -> ModelState:
        """For `from_state`, and for `artifact.publish`."""
        return ModelState.compose(
            {"kind": KIND, "labels": list(self.labels)},
            encoder=self._encoder.state(),
            model=ModelState({}, {"columns": self._columns, "weights": self._weights}),
        )

    @classmethod
    def from_state(cls, state: ModelState) -> Self:
        """The model that `state` was taken of.

        Raises:
            ValueError, KeyError, TypeError: it is not the state of a serving model.
        """
        if state.document["kind"] != KIND:
            raise ValueError(f"a state of kind {state.document['kind']!r} cannot serve")
        model = state.part("model").arrays
        return cls(
            tuple(state.document["labels"]),
            FeatureEncoder.from_state(state.part("encoder")),
            model["columns"].astype(np.int32, casting="safe"),
            model["weights"].astype(np.float32, casting="safe"),
        )

    @cached_property
    def _dense(self) -> NDArray[np.float32]:
        dense = np.zeros((self._encoder.width, len(self.labels)), np.float32)
        dense[self._columns] = self._weights
        return dense


def floored(probabilities: NDArray[np.float64]) -> NDArray[np.float64]:
    """Keep every probability away from zero."""
    raised: NDArray[np.float64] = probabilities * (1 - FLOOR) + FLOOR / probabilities.shape[-1]
    return raised


def _check(
    labels: tuple[str, ...],
    encoder: FeatureEncoder,
    columns: NDArray[np.int32],
    weights: NDArray[np.float32],
) -> None:
    if len(labels) < 2 or len(set(labels)) != len(labels):  # noqa: PLR2004
        raise ValueError("a model needs at least two labels that differ")
    if weights.shape != (len(columns), len(labels)):
        raise ValueError(
            f"weights of shape {weights.shape} for {len(columns)} columns and {len(labels)} labels"
        )
    ascending = bool((np.diff(columns) > 0).all())
    if len(columns) and not (ascending and columns[0] >= 0 and columns[-1] < encoder.width):
        raise ValueError(f"columns must ascend within [0, {encoder.width})")
