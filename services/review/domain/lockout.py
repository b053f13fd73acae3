"""How long somebody waits who has given wrong passwords, by name and by address."""

from dataclasses import dataclass
from datetime import datetime, timedelta

LONGEST = timedelta(minutes=15)
FORGOTTEN_AFTER = timedelta(days=1)
_FIRST = timedelta(seconds=1)
_MOST_DOUBLINGS = 10


@dataclass(frozen=True, slots=True)
class Attempts:
    """Wrong passwords so far, and when the next may be tried."""

    failures: int
    last_at: datetime
    blocked_until: datetime

    def wait(self, now: datetime) -> timedelta:
        """How long to wait until the next try; zero when it may come now."""
        return max(self.blocked_until - now, timedelta())


def after_failure(earlier: Attempts, free: int, now: datetime) -> Attempts:
    """The count after one more failure: `free` cost nothing, then each pause doubles.

    >>> now = datetime(2026, 1, 1)
    >>> counts = [Attempts(n, now, now) for n in (4, 5, 8, 90)]
    >>> [after_failure(count, 5, now).wait(now).total_seconds() for count in counts]
    [0.0, 1.0, 8.0, 900.0]
    """
    recent = now - earlier.last_at < FORGOTTEN_AFTER
    failures = (earlier.failures if recent else 0) + 1
    beyond = failures - free
    pause = _FIRST * 2 ** min(beyond - 1, _MOST_DOUBLINGS) if beyond > 0 else timedelta()
    return Attempts(failures, now, now + min(pause, LONGEST))
