"""Upstream over Redis: events go straight into the request stream, in pipelines."""

from collections.abc import Sequence

from redis import Redis

from shared.clock import Clock
from shared.events import EventType, ScoringRequested, announce
from shared.streams import FIELD, Stream


class Publisher:
    """Writes requests of one project."""

    def __init__(self, redis: Redis, *, prefix: str, project: str, clock: Clock) -> None:
        """Take a connection.

        Args:
            redis: a connection that does not repeat commands by itself.
            prefix: first part of every Redis key.
            project: the project's name.
            clock: dates the events.
        """
        self._redis = redis
        self._key = Stream.REQUESTS.key(prefix)
        self._project = project
        self._clock = clock

    def send(self, events: Sequence[ScoringRequested]) -> None:
        """Publish events with one round trip; sending one again changes nothing."""
        pipeline = self._redis.pipeline(transaction=False)
        for event in events:
            document = announce(
                EventType.SCORING_REQUESTED,
                event,
                project=self._project,
                identity=event.event_id,
                source="upstream",
                time=self._clock.now(),
            ).encode()
            pipeline.xadd(self._key, {FIELD: document})
        pipeline.execute()
