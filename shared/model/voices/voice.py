"""The interface of everything that can be served."""

from typing import ClassVar, Protocol

from shared.model.encoded import Encoded
from shared.model.probabilities import Floats
from shared.model.state import ModelState


class Voice(Protocol):
    """Gives probabilities and never changes; safe to share among threads.

    Attributes:
        KIND: its name in artifacts.
        speakers: how many opinions it gives, 1 or more.
    """

    KIND: ClassVar[str]

    @property
    def speakers(self) -> int:
        """How many opinions it gives on a row."""
        ...

    def predict_log_proba(self, rows: Encoded) -> Floats:
        """Logarithms of probabilities, shape (rows, speakers, labels).

        A row's answer must not depend on the other rows, not even in the last bit.
        """
        ...

    def state(self) -> ModelState:
        """Arrays and JSON, its kind among them, from which it can be made again."""
        ...
