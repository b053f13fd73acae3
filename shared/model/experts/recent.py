"""How frequent each label was of late."""

from collections.abc import Sequence
from typing import ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from shared.model.encoded import Encoded
from shared.model.experts.expert import Targets
from shared.model.probabilities import Floats, relabel
from shared.model.sparse import SparseRows
from shared.model.state import ModelState
from shared.model.voices.constant import ConstantVoice

DECAYS = (0.9, 0.99)
"""What remains of an example's weight after the next: memories of about 10 and 100 examples."""
DOUBT = 0.02
"""Added to every frequency: what was not seen of late may come."""


class RecentExpert:
    """Label frequencies at two time scales: what runs and a shifting mix give away."""

    KIND: ClassVar[str] = "recent"
    name = KIND
    speakers = len(DECAYS)

    def __init__(self, frequencies: Floats) -> None:
        self._frequencies = frequencies

    @classmethod
    def start(cls, labels: int) -> Self:
        """One that has learned nothing."""
        return cls(np.full((len(DECAYS), labels), 1 / labels))

    def predict_log_proba(self, rows: Encoded) -> Floats:
        """Logarithms of probabilities, shape (rows, 2, labels)."""
        return self._voice().predict_log_proba(rows)

    def learn(self, rows: Encoded, targets: Targets) -> None:  # noqa: ARG002 - no row is looked at
        """Count, and forget a little."""
        decays = np.array(DECAYS)[:, None]
        for target in targets:
            mass = float(target.sum())
            self._frequencies *= 1 - mass * (1 - decays)
            self._frequencies += (1 - decays) * target

    def rehearse(self, rows: SparseRows, targets: Targets) -> None:
        """What is old is of no interest."""

    def relabel(self, sources: Sequence[int | None]) -> None:
        """Change the labels."""
        kept = relabel(self._frequencies, sources)
        self._frequencies = kept + (1 - kept.sum(axis=1, keepdims=True)) / len(sources)

    def voice(self, columns: NDArray[np.int32]) -> ConstantVoice:  # noqa: ARG002 - has none
        """A snapshot."""
        return self._voice()

    def state(self) -> ModelState:
        """For `from_state`."""
        return ModelState({}, {"frequencies": self._frequencies.copy()})

    @classmethod
    def from_state(cls, state: ModelState) -> Self:
        """The expert that `state` was taken of."""
        return cls(state.arrays["frequencies"].astype(np.float64))

    def _voice(self) -> ConstantVoice:
        raised = self._frequencies + DOUBT
        return ConstantVoice(raised / raised.sum(axis=1, keepdims=True))
