"""What came of a stream, and what the oracle would have needed."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from benchmarks.certificate.streams import Flags, Floats, Stream

_SMOOTH = 500
_TAIL = 5_000
_BACK = 0.8


@dataclass(frozen=True)
class Promise:
    """What is asked of each block: of `window` acceptances at most a share of α is wrong."""

    alpha: float = 0.05
    window: int = 10_000
    delta: float = 0.05

    @property
    def budget(self) -> int:
        """B."""
        return int(self.alpha * self.window + 1e-9)


@dataclass(frozen=True)
class Outcome:
    """One stream under one rule.

    Attributes:
        accepted: by event, whether no person saw it.
        escaped: by event, whether it was accepted though wrong.
        blocks: how many wrong ones each block accepted.
        oracle: the share of events that the oracle sends to people.
    """

    accepted: Flags
    escaped: Flags
    blocks: Sequence[int]
    oracle: float = float("nan")

    @property
    def reviews(self) -> float:
        """The share of events that people saw."""
        return 1 - float(self.accepted.mean())

    @property
    def first(self) -> int:
        """How many events people saw before the first acceptance."""
        return int(self.accepted.argmax()) if self.accepted.any() else len(self.accepted)


@dataclass
class Oracle:
    """Who knows each score's true risk: the widest lane whose expected risk is α, at each moment.

    Nobody can need fewer reviews with these scores and α at every moment.
    """

    alpha: float
    reviews: int = 0
    events: int = field(default=0)

    def see(self, scores: Floats, risks: Floats) -> None:
        """Add the events of one moment."""
        order = np.argsort(scores)
        means = np.cumsum(risks[order]) / np.arange(1, len(order) + 1)
        fitting = np.flatnonzero(means <= self.alpha)
        self.reviews += len(order) - (int(fitting[-1]) + 1 if len(fitting) else 0)
        self.events += len(order)

    @property
    def share(self) -> float:
        """The share of events that it sends to people."""
        return self.reviews / self.events if self.events else float("nan")


def in_blocks(escaped: Sequence[bool] | Flags, window: int) -> list[int]:
    """The wrong ones in each run of so many acceptances, the last one unfinished."""
    flags = np.asarray(escaped)
    return [int(flags[start : start + window].sum()) for start in range(0, len(flags), window)]


def reopening(outcome: Outcome, stream: Stream) -> tuple[int, int] | None:
    """How the stream's first change went, None where there is none.

    Returns:
        Events from the change until 80 % of the later automation is back (over 500 events), and
        the errors that escaped until the lane was narrowest.
    """
    if stream.change is None:
        return None
    after = outcome.accepted[stream.change : stream.until]
    level = float(after[-_TAIL:].mean())
    running = np.convolve(after, np.full(_SMOOTH, 1 / _SMOOTH), "valid")
    narrowest = int(running[:_TAIL].argmin())
    back = np.flatnonzero(running[narrowest:] >= _BACK * level)
    escapes = int(outcome.escaped[stream.change :][: narrowest + 1].sum())
    return narrowest + int(back[0]) + _SMOOTH if len(back) else len(after), escapes
