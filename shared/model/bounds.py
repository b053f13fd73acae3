"""How much a learner keeps."""

from dataclasses import dataclass

MOST_CELLS = 2**22
"""Numbers kept of a history, whatever its rows look like: bounds its memory to 32 MB."""


@dataclass(frozen=True)
class Bounds:
    """How many examples are kept.

    Attributes:
        rehearsed: encoded examples that are learned again and again.
        history: examples that challengers are fitted to.
    """

    rehearsed: int = 4_096
    history: int = 20_000

    def rows(self, width: int) -> int:
        """Rows of the history if each holds so many numbers."""
        return max(1, min(self.history, MOST_CELLS // max(1, width)))


BOUNDS = Bounds()
"""Those in use."""
