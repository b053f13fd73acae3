"""What a challenger is fitted to."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from shared.model.sparse import SparseRows
from shared.model.values import Values
from shared.project import Expert


@dataclass(frozen=True)
class Task:
    """One fit; a function of nothing but this.

    Attributes:
        challenger: which.
        values: numbers and categories of the examples, oldest first; None if it reads vectors.
        sparse: their vectors; None if it reads values.
        targets: label probabilities, shape (examples, labels).
        expert: what a project brings; None if it is one of ours.
    """

    challenger: str
    values: Values | None
    sparse: SparseRows | None
    targets: NDArray[np.float32]
    expert: Expert | None = None

    @property
    def table(self) -> Values:
        """The values of a task that has them."""
        if self.values is None:
            raise ValueError(f"{self.challenger} reads values")
        return self.values

    @property
    def vectors(self) -> SparseRows:
        """The vectors of a task that has them."""
        if self.sparse is None:
            raise ValueError(f"{self.challenger} reads vectors")
        return self.sparse

    @property
    def answers(self) -> NDArray[np.int64]:
        """The likeliest label of each example."""
        answers: NDArray[np.int64] = self.targets.argmax(axis=1)
        return answers

    @property
    def weights(self) -> NDArray[np.float64]:
        """How sure that label is."""
        weights: NDArray[np.float64] = self.targets.max(axis=1).astype(np.float64)
        return weights
