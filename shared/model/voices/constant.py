"""Answers that do not look at the row."""

from typing import ClassVar, Self

import numpy as np

from shared.model.encoded import Encoded
from shared.model.probabilities import Floats
from shared.model.state import ModelState


class ConstantVoice:
    """The same probabilities for every row."""

    KIND: ClassVar[str] = "constant"

    def __init__(self, probabilities: Floats) -> None:
        """Take probabilities, shape (speakers, labels), positive."""
        if probabilities.ndim != 2 or not (probabilities > 0).all():  # noqa: PLR2004
            raise ValueError("constant probabilities must be positive, one row a speaker")
        self.probabilities = probabilities

    @property
    def speakers(self) -> int:
        """How many opinions."""
        return len(self.probabilities)

    def predict_log_proba(self, rows: Encoded) -> Floats:
        """Logarithms of probabilities, shape (rows, speakers, labels)."""
        logarithms = np.log(self.probabilities)
        return np.broadcast_to(logarithms, (len(rows), *logarithms.shape))

    def state(self) -> ModelState:
        """For `from_state`."""
        return ModelState({"kind": self.KIND}, {"probabilities": self.probabilities})

    @classmethod
    def from_state(cls, state: ModelState) -> Self:
        """The voice that `state` was taken of."""
        return cls(state.arrays["probabilities"].astype(np.float64, casting="safe"))
