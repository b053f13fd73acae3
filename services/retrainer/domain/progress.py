"""How far a learner has come, and how it was judged on the way."""

import math
from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from shared.intervals import Z, score_interval

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


@dataclass(frozen=True, slots=True)
class Measured:
    """A mean over examples that were judged before they were learned, with its 95 % interval."""

    mean: float
    low: float
    high: float

    @classmethod
    def of(cls, losses: Sequence[float]) -> "Measured":
        """The mean of losses, give or take 1.96 standard errors; of nothing, nothing is known.

        >>> Measured.of([0.5, 0.5]), Measured.of([])
        (Measured(mean=0.5, low=0.5, high=0.5), Measured(mean=0.0, low=0.0, high=inf))
        """
        if not losses:
            return cls(0.0, 0.0, math.inf)
        mean = sum(losses) / len(losses)
        variance = sum((loss - mean) ** 2 for loss in losses) / max(1, len(losses) - 1)
        reach = Z * math.sqrt(variance / len(losses))
        return cls(mean, max(0.0, mean - reach), mean + reach)

    @classmethod
    def share(cls, part: int, whole: int) -> "Measured":
        """A share, with its score interval (Wilson 1927).

        >>> measured = Measured.share(8, 10)
        >>> round(measured.low, 2), round(measured.high, 2)
        (0.49, 0.94)
        """
        return cls(*score_interval(part, whole))


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
        >>> progress.accuracy.mean, progress.log_loss.mean
        (0.5, 0.5)
        """
        self.examples += 1
        self.recent.append(judged)

    @property
    def accuracy(self) -> Measured:
        """Share of the recent corrections that the model got right; 0 if there are none."""
        return Measured.share(sum(j.correct for j in self.recent), len(self.recent))

    @property
    def log_loss(self) -> Measured:
        """Mean over the recent corrections, in nats; 0 if there are none."""
        return Measured.of([j.log_loss for j in self.recent])
