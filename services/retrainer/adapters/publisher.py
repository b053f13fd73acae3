"""Publishing from the learning thread, without the client's silent retries."""

from collections.abc import Mapping, Sequence
from typing import Any

from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

from shared.errors import Unavailable
from shared.events import CloudEvent, EventType, ModelChanged
from shared.messaging.reasons import reason
from shared.streams import FIELD, Stream

_TIMEOUT_SECONDS = 5.0
_IN_FORCE = {EventType.MODEL_PROMOTED, EventType.MODEL_ROLLED_BACK}


class RedisPublisher:
    """Implements `ports.Publisher`."""

    def __init__(self, url: str, keys: Mapping[Stream, str]) -> None:
        self._redis = Redis.from_url(
            url,
            retry=Retry(NoBackoff(), 0),
            socket_timeout=_TIMEOUT_SECONDS,
            socket_connect_timeout=_TIMEOUT_SECONDS,
        )
        self._keys = keys
        self._announced = f"{keys[Stream.MODELS]}:announced"

    def publish(self, events: Sequence[CloudEvent]) -> None:
        """All of them, in order.

        Raises:
            Unavailable: Redis is away; whether they arrived is not known.
        """
        if not events:
            return
        pipeline = self._redis.pipeline(transaction=True)
        for event in events:
            pipeline.xadd(self._keys[event.stream], {FIELD: event.encode()})
            if event.type in _IN_FORCE and isinstance(event.data, ModelChanged):
                pipeline.hset(self._announced, event.project, str(event.data.version))
        try:
            pipeline.execute()
        except (RedisError, OSError) as error:
            raise Unavailable(f"Redis does not answer: {reason(error)}") from error

    def announced(self) -> Mapping[str, int]:
        """The version that was announced last of each project; empty if Redis lost them.

        It is noted in the same transaction as the announcement, so both are there or neither.

        Raises:
            Unavailable: Redis is away.
        """
        pipeline: Any = self._redis.pipeline(transaction=True)
        pipeline.xlen(self._keys[Stream.MODELS]).hgetall(self._announced)
        try:
            length, noted = pipeline.execute()
        except (RedisError, OSError) as error:
            raise Unavailable(f"Redis does not answer: {reason(error)}") from error
        return {project.decode(): int(number) for project, number in noted.items() if length}

    def close(self) -> None:
        """Give all connections back."""
        self._redis.close()
