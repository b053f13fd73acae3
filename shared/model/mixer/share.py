"""The top of the mixer: trust moves to whoever was right of late."""

from typing import Self

import numpy as np

from shared.model.probabilities import Floats
from shared.model.state import ModelState

SHARE = 0.0032
"""What is shared among all after an example, so that nobody's trust is ever lost."""
RATE = 0.5
LEAST = 1e-4


class FixedShare:
    """A mixture whose weights follow a changing best member (Herbster and Warmuth 1998).

    Attributes:
        logarithms: of the weights, shape (members,).
    """

    def __init__(self, members: int) -> None:
        self.logarithms: Floats = np.full(members, -np.log(members))

    @property
    def weights(self) -> Floats:
        """How much each member counts; they sum to one."""
        powers = np.exp(self.logarithms - self.logarithms.max())
        weights: Floats = powers / powers.sum()
        return weights

    def learn(self, probabilities: Floats, target: Floats) -> None:
        """Take in what the members had said on one example, shape (members, labels)."""
        gains = (np.log(np.maximum(probabilities, LEAST)) * target).sum(axis=1)
        self.logarithms = self.logarithms + RATE * gains
        weights = self.weights
        self.logarithms = np.log((1 - SHARE) * weights + SHARE / len(weights))

    def state(self) -> ModelState:
        """For `from_state`."""
        return ModelState({}, {"logarithms": self.logarithms})

    @classmethod
    def from_state(cls, state: ModelState) -> Self:
        """The mixture that `state` was taken of."""
        share = cls(len(state.arrays["logarithms"]))
        share.logarithms = state.arrays["logarithms"].astype(np.float64)
        return share
