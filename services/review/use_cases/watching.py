"""Watching the queues: many may look at once, and the database is asked once a second."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from services.review.domain.access import Role, User
from services.review.use_cases.queues import Queue, WorkQueues
from shared.clock import Clock

_FRESH = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Seen:
    """How the queues stood at a moment."""

    queues: Sequence[Queue]
    at: datetime


class WatchQueues:
    """How queues stand."""

    def __init__(self, work: WorkQueues, clock: Clock) -> None:
        self._work = work
        self._clock = clock
        self._seen: dict[tuple[Role, frozenset[str] | None], Seen] = {}

    def look(self, caller: User) -> Seen:
        """What the caller sees now."""
        now = self._clock.now()
        return Seen(self._work.states(caller), now)

    def glance(self, caller: User) -> Seen:
        """What the caller saw a second ago at most; those who see the same share a look."""
        eyes = (caller.role, caller.projects)
        seen = self._seen.get(eyes)
        now = self._clock.now()
        if seen is None or now - seen.at >= _FRESH:
            seen = self.look(caller)
            self._seen = {e: s for e, s in self._seen.items() if now - s.at < _FRESH} | {eyes: seen}
        return seen
