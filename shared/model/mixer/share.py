"""The top of the mixer: trust moves to whoever was right of late."""

from typing import Self

import numpy as np

from shared.model.probabilities import Floats
from shared.model.state import ModelState

SHARES = (0.0005, 0.01)
"""What is shared among all after an example, so that nobody's trust is ever lost: little where
the same are right for long, more where the world turns."""
AMONG = 0.001
"""The same among these."""
RATE = 0.5
LEAST = 1e-4


class FixedShare:
    """A mixture whose weights follow a changing best member (Herbster and Warmuth 1998).

    How often the best member changes is not known, so several shares are tried side by side, and
    count by how well they did (Learn-alpha, Monteleoni and Jaakkola 2003).

    Attributes:
        logarithms: of the weights at each share, shape (shares, members).
        credits: how much each share counts, shape (shares,); they sum to one.
    """

    def __init__(self, members: int) -> None:
        self.logarithms: Floats = np.full((len(SHARES), members), -np.log(members))
        self.credits: Floats = np.full(len(SHARES), 1 / len(SHARES))

    @property
    def weights(self) -> Floats:
        """How much each member counts; they sum to one."""
        weights: Floats = (self.credits[:, None] * self._each).sum(axis=0)
        return weights

    @property
    def _each(self) -> Floats:
        powers = np.exp(self.logarithms - self.logarithms.max(axis=1, keepdims=True))
        weights: Floats = powers / powers.sum(axis=1, keepdims=True)
        return weights

    def learn(self, probabilities: Floats, target: Floats) -> None:
        """Take in what the members had said on one example, shape (members, labels)."""
        heard = np.maximum(probabilities, LEAST)
        mixed = (self._each[:, :, None] * heard).sum(axis=1)
        credits_ = self.credits * np.exp((np.log(mixed) * target).sum(axis=1))
        self.credits = _shared(credits_ / credits_.sum(), AMONG)
        self.logarithms = self.logarithms + RATE * (np.log(heard) * target).sum(axis=1)
        self.logarithms = np.log(_shared(self._each, np.array(SHARES)[:, None]))

    def state(self) -> ModelState:
        """For `from_state`."""
        return ModelState({}, {"logarithms": self.logarithms, "credits": self.credits})

    @classmethod
    def from_state(cls, state: ModelState) -> Self:
        """The mixture that `state` was taken of."""
        share = cls(state.arrays["logarithms"].shape[1])
        share.logarithms = state.arrays["logarithms"].astype(np.float64)
        share.credits = state.arrays["credits"].astype(np.float64)
        return share


def _shared(weights: Floats, share: Floats | float) -> Floats:
    """Weights of which a share is dealt out among all alike."""
    dealt: Floats = (1 - share) * weights + share / weights.shape[-1]
    return dealt
