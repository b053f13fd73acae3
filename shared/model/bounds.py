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

    rehearsed: int = 5_120
    history: int = 20_000

    def rows(self, width: int) -> int:
        """Rows of the history if each holds so many numbers."""
        return max(1, min(self.history, MOST_CELLS // max(1, width)))


BOUNDS = Bounds()
"""Those in use."""


def still_holds(held: int, seen: int, later: int, usable: int) -> bool:
    """Whether a ring still holds all that a fit uses.

    Args:
        held: examples in the ring.
        seen: examples that were ever put there.
        later: those among them that came after the last example of the fit.
        usable: how many examples a fit may use.

    >>> still_holds(150, 150, 40, 140)
    True
    >>> still_holds(160, 170, 20, 140), still_holds(160, 170, 21, 140)
    (True, False)
    """
    return later < held and held - later >= min(usable, seen - later)
