"""Project files, and what people decide on versions or ask for, as announced on `control`."""

import asyncio
from collections.abc import Callable, Sequence

import structlog
from redis.asyncio import Redis

from shared.errors import Unavailable
from shared.events import CloudEvent, EventType
from shared.messaging import Follower, RedisBroadcast

log = structlog.get_logger()

_FIRST_PAUSE, _LONGEST_PAUSE = 0.05, 2.0
_KEPT = {
    EventType.PROJECT_CONFIGURED,
    EventType.PROMOTION_DECIDED,
    EventType.CANDIDATE_REQUESTED,
    EventType.SUBJECTS_ERASED,
}


class ProjectFeed:
    """Follows `control` from its beginning and lets each file and each decision be kept."""

    def __init__(
        self,
        redis: Redis,
        control: str,
        keep: Callable[[Sequence[CloudEvent]], None],
        heartbeat: Callable[[str], None],
    ) -> None:
        self._keep = keep
        self._announced: list[CloudEvent] = []
        self._keeping = asyncio.Lock()
        self.follower = Follower(
            RedisBroadcast(redis), {control: self._take}, self._settle, heartbeat
        )

    async def refresh(self) -> None:
        """Return when all that was announced until now is kept."""
        await self.follower.catch_up()
        await self._settle()

    def _take(self, event: CloudEvent) -> None:
        if event.type in _KEPT:
            self._announced.append(event)

    async def _settle(self) -> None:
        """Keep what was announced, however long the database is away."""
        async with self._keeping:
            announced, self._announced = self._announced, []
            pause = _FIRST_PAUSE
            while announced:
                try:
                    await asyncio.to_thread(self._keep, announced)
                    announced = []
                except Unavailable as error:
                    log.warning("projects_wait", error=str(error), next_try_seconds=pause)
                    await asyncio.sleep(pause)
                    pause = min(2 * pause, _LONGEST_PAUSE)
