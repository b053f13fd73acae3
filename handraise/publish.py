"""Upstream over Redis: events go straight into the request streams, in pipelines."""

from collections.abc import Sequence
from typing import Any

from redis import Redis

from shared.clock import Clock
from shared.clusters import server_of
from shared.errors import Unavailable
from shared.events import EventType, ScoringRequested, announce
from shared.streams import FIELD, Keyspace, Stream

_WAIT_MILLISECONDS = 2000


class Publisher:
    """Writes requests of one project."""

    def __init__(
        self,
        redis: Redis,
        *,
        keys: Keyspace,
        project: str,
        clock: Clock,
        wait_replicas: int = 0,
    ) -> None:
        """Take a connection.

        Args:
            redis: a connection that does not repeat commands by itself.
            keys: where the streams are.
            project: the project's name.
            clock: dates the events.
            wait_replicas: so many replicas must have an event before it counts as sent.
        """
        self._redis = redis
        self._keys = keys
        self._project = project
        self._clock = clock
        self._wait = wait_replicas

    def send(self, events: Sequence[ScoringRequested]) -> None:
        """Publish events, with one round trip a partition; sending one again changes nothing.

        Raises:
            Unavailable: too few replicas have them; they may be lost when a primary fails.
        """
        parts: dict[str, list[ScoringRequested]] = {}
        for event in events:
            parts.setdefault(self._keys.of(Stream.REQUESTS, event.event_id), []).append(event)
        for key, part in parts.items():
            with server_of(self._redis, key) as redis:
                self._send(redis, key, part)

    def _send(self, redis: Redis, key: str, events: Sequence[ScoringRequested]) -> None:
        pipeline: Any = redis.pipeline(transaction=False)
        for event in events:
            pipeline.xadd(key, {FIELD: self._document(event)})
        if self._wait:  # on the same connection: it answers for what was written there
            pipeline.execute_command("WAIT", self._wait, _WAIT_MILLISECONDS)
        answers = pipeline.execute()
        confirmed = int(answers[-1]) if self._wait else 0
        if confirmed < self._wait:
            raise Unavailable(f"{confirmed} replicas of Redis have it, {self._wait} are asked for")

    def _document(self, event: ScoringRequested) -> bytes:
        return announce(
            EventType.SCORING_REQUESTED,
            event,
            project=self._project,
            identity=event.event_id,
            source="upstream",
            time=self._clock.now(),
        ).encode()
