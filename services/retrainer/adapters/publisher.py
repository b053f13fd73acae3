"""Publishing from the learning thread, without the client's silent retries."""

from collections.abc import Mapping, Sequence
from typing import Any

from redis.exceptions import RedisError

from shared.clusters import server_of
from shared.connecting import connect_blocking
from shared.errors import Unavailable
from shared.events import CloudEvent, EventType, ModelChanged
from shared.messaging.reasons import reason
from shared.streams import FIELD, Keyspace, Stream

_IN_FORCE = {EventType.MODEL_PROMOTED, EventType.MODEL_ROLLED_BACK}


class RedisPublisher:
    """Implements `ports.Publisher`."""

    def __init__(self, url: str, keys: Keyspace) -> None:
        self._redis = connect_blocking(url)
        self._keys = keys
        self._announced = f"{keys.key(Stream.MODELS)}:announced"

    def publish(self, events: Sequence[CloudEvent]) -> None:
        """All of them, in order.

        Raises:
            Unavailable: Redis is away; whether they arrived is not known.
        """
        if not events:
            return
        try:
            with server_of(self._redis, self._announced) as redis:
                self._tell(redis.pipeline(transaction=True), events)
        except (RedisError, OSError) as error:
            raise Unavailable(f"Redis does not answer: {reason(error)}") from error

    def announced(self) -> Mapping[str, int]:
        """The version that was announced last of each project; empty if Redis lost them.

        It is noted in the same transaction as the announcement, so both are there or neither.

        Raises:
            Unavailable: Redis is away.
        """
        try:
            with server_of(self._redis, self._announced) as redis:
                pipeline: Any = redis.pipeline(transaction=True)
                pipeline.xlen(self._keys.key(Stream.MODELS)).hgetall(self._announced)
                length, noted = pipeline.execute()
        except (RedisError, OSError) as error:
            raise Unavailable(f"Redis does not answer: {reason(error)}") from error
        return {project.decode(): int(number) for project, number in noted.items() if length}

    def close(self) -> None:
        """Give all connections back."""
        self._redis.close()

    def _tell(self, pipeline: Any, events: Sequence[CloudEvent]) -> None:  # noqa: ANN401 - redis-py's
        for event in events:
            pipeline.xadd(self._keys.key(event.stream), {FIELD: event.encode()})
            if event.type in _IN_FORCE and isinstance(event.data, ModelChanged):
                pipeline.hset(self._announced, event.project, str(event.data.version))
        pipeline.execute()
