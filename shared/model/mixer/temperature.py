"""A temperature for each voice: too bold a voice is tamed, too timid a one encouraged."""

from typing import Self

import numpy as np

from shared.model.probabilities import Floats, centred, over_labels, softmax
from shared.model.state import ModelState

HALF_LIFE = 400
PRIOR = 10.0
LOWEST, HIGHEST = 0.05, 2.0
FLOOR = 1e-4
"""No voice may hold a label for less likely than this."""


class Temperatures:
    """Scales of log-probabilities, one a voice, fitted online by Newton steps.

    (Platt 1999 with one parameter; Guo et al. 2017.) The sums behind the steps forget.

    Attributes:
        scales: shape (voices,), 1 leaves a voice as it is.
    """

    def __init__(self, voices: int) -> None:
        self.scales: Floats = np.ones(voices)
        self._gradients: Floats = np.zeros(voices)
        self._curvatures: Floats = np.zeros(voices)

    def learn(self, logs: Floats, target: Floats) -> None:
        """Take in what the voices had said on one example, shape (voices, labels), centred."""
        mass = target.sum()
        probabilities = softmax(logs * self.scales[:, None])
        means = (probabilities * logs).sum(axis=1)
        variances = (probabilities * logs * logs).sum(axis=1) - means**2
        decay = 0.5 ** (1 / HALF_LIFE)
        self._gradients = decay * self._gradients + (logs * target).sum(axis=1) - mass * means
        self._curvatures = decay * self._curvatures + mass * variances
        pull = self._gradients - PRIOR * (self.scales - 1)
        step = 0.5 * pull / (self._curvatures + PRIOR)
        self.scales = np.clip(self.scales + step, LOWEST, HIGHEST)
        self._gradients *= 0.5

    def state(self) -> ModelState:
        """For `from_state`."""
        arrays = {
            "scales": self.scales,
            "gradients": self._gradients,
            "curvatures": self._curvatures,
        }
        return ModelState({}, arrays)

    @classmethod
    def from_state(cls, state: ModelState) -> Self:
        """The temperatures that `state` was taken of."""
        arrays = state.arrays
        temperatures = cls(len(arrays["scales"]))
        temperatures.scales = arrays["scales"].astype(np.float64)
        temperatures._gradients = arrays["gradients"].astype(np.float64)
        temperatures._curvatures = arrays["curvatures"].astype(np.float64)
        return temperatures


def tempered(logs: Floats, scales: Floats) -> tuple[Floats, Floats]:
    """Probabilities and centred log-probabilities of scaled voices.

    Args:
        logs: shape (rows, voices, labels), centred.
        scales: shape (voices,).
    """
    probabilities = np.maximum(softmax(logs * scales[:, None]), FLOOR)
    logarithms = np.log(probabilities)
    probabilities /= over_labels(np.add, probabilities)
    return probabilities, centred(logarithms)
