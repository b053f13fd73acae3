"""Time comes in from outside, so that rules and tests can choose it."""

from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """Where a service takes the time from."""

    def now(self) -> datetime:
        """The present moment, aware, in UTC."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """The present moment, aware, in UTC."""
        return datetime.now(UTC)  # noqa: TID251 - the one place that reads the clock
