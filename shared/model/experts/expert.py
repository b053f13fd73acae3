"""The interface of everything that learns example by example."""

from collections.abc import Sequence
from typing import ClassVar, Protocol

import numpy as np
from numpy.typing import NDArray

from shared.model.encoded import Encoded
from shared.model.probabilities import Floats
from shared.model.sparse import SparseRows
from shared.model.state import ModelState
from shared.model.voices.voice import Voice

Targets = NDArray[np.float32]
"""Label probabilities, shape (rows, labels); a row of zeros teaches nothing."""


class Expert(Protocol):
    """Learns examples one after the other; a pure function of them, in order.

    Attributes:
        KIND: its name in states.
    """

    KIND: ClassVar[str]

    @property
    def name(self) -> str:
        """What it is called where people see whom the mixture trusts."""
        ...

    @property
    def speakers(self) -> int:
        """How many opinions it gives on a row."""
        ...

    def predict_log_proba(self, rows: Encoded) -> Floats:
        """Logarithms of probabilities, shape (rows, speakers, labels)."""
        ...

    def learn(self, rows: Encoded, targets: Targets) -> None:
        """Learn new examples."""
        ...

    def rehearse(self, rows: SparseRows, targets: Targets) -> None:
        """Learn old examples once more, or leave it."""
        ...

    def relabel(self, sources: Sequence[int | None]) -> None:
        """Change the labels: for each new one its old position, or None."""
        ...

    def voice(self, columns: NDArray[np.int32]) -> Voice:
        """A snapshot to serve; `columns` are all that examples ever had, ascending."""
        ...

    def state(self) -> ModelState:
        """Everything, for `from_state`."""
        ...
