"""How far a learner has come, and how it was judged on the way."""

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field

WINDOW = 500


@dataclass(frozen=True, slots=True)
class Judged:
    """How the model did on one correction before it learned it (prequential evaluation).

    Attributes:
        correct: whether the likeliest label was right.
        log_loss: in nats.
    """

    correct: bool
    log_loss: float


def _window(judged: Iterable[Judged] = ()) -> deque[Judged]:
    return deque(judged, WINDOW)


@dataclass(slots=True)
class Progress:
    """Saved with each checkpoint, so that figures go on where they stopped.

    Attributes:
        position: the ledger position of the last entry taken in.
        examples: corrections learned so far.
        recent: the last 500 judgements, oldest first.
    """

    position: int = 0
    examples: int = 0
    recent: deque[Judged] = field(default_factory=_window)

    @classmethod
    def resume(cls, position: int, examples: int, recent: Iterable[Judged]) -> "Progress":
        """Go on from a checkpoint."""
        return cls(position, examples, _window(recent))

    def learned(self, judged: Judged) -> None:
        """One more correction was judged, then learned.

        >>> progress = Progress()
        >>> progress.learned(Judged(correct=True, log_loss=0.25))
        >>> progress.learned(Judged(correct=False, log_loss=0.75))
        >>> progress.accuracy, progress.log_loss
        (0.5, 0.5)
        """
        self.examples += 1
        self.recent.append(judged)

    @property
    def accuracy(self) -> float:
        """Share of the recent corrections that the model got right; 0 if there are none."""
        return sum(j.correct for j in self.recent) / max(1, len(self.recent))

    @property
    def log_loss(self) -> float:
        """Mean over the recent corrections, in nats; 0 if there are none."""
        return sum(j.log_loss for j in self.recent) / max(1, len(self.recent))
