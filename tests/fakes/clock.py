"""A clock that stands still until it is moved."""

from datetime import datetime, timedelta

from tests.builders import NOON


class FakeClock:
    """Implements `shared.clock.Clock`."""

    def __init__(self, now: datetime = NOON) -> None:
        self._now = now

    def now(self) -> datetime:
        return self._now

    def pass_seconds(self, seconds: float) -> None:
        self._now += timedelta(seconds=seconds)
