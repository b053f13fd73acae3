"""How often somebody may call: a token bucket, which allows bursts and then a steady rate."""

from dataclasses import dataclass
from math import ceil
from typing import NamedTuple


@dataclass(frozen=True, slots=True)
class Rate:
    """So many requests a second, after a burst of so many at once."""

    per_second: float
    burst: int

    @property
    def window(self) -> int:
        """Seconds in which an empty bucket is full again."""
        return max(1, ceil(self.burst / self.per_second))


@dataclass(frozen=True, slots=True)
class Rates:
    """What users may send, and what strangers may by address; None: as much as they like."""

    user: Rate | None
    stranger: Rate | None


class Bucket(NamedTuple):
    """The requests that a caller had left at a time (in seconds, of a clock that never jumps)."""

    level: float
    at: float


def take(bucket: Bucket | None, rate: Rate, now: float) -> tuple[Bucket, float]:
    """The bucket after one more request, and the seconds to wait until it is allowed.

    What is refused takes nothing, so that who waits as told gets in.

    >>> rate = Rate(per_second=2, burst=1)
    >>> full, wait = take(None, rate, now=0.0)
    >>> full, wait
    (Bucket(level=0.0, at=0.0), 0.0)
    >>> take(full, rate, now=0.0)
    (Bucket(level=0.0, at=0.0), 0.5)
    >>> take(full, rate, now=0.5)
    (Bucket(level=0.0, at=0.5), 0.0)
    """
    level = float(rate.burst)
    if bucket is not None:
        level = min(level, bucket.level + (now - bucket.at) * rate.per_second)
    if level >= 1:
        return Bucket(level - 1, now), 0.0
    return Bucket(level, now), (1 - level) / rate.per_second
