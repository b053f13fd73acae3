"""Publishing from the learning thread, without the client's silent retries."""

from collections.abc import Mapping, Sequence

from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

from shared.errors import Unavailable
from shared.events import CloudEvent
from shared.streams import FIELD, Stream

_TIMEOUT_SECONDS = 5.0


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
        try:
            pipeline.execute()
        except (RedisError, OSError) as error:
            raise Unavailable(f"Redis does not answer: {error}") from error

    def close(self) -> None:
        """Give all connections back."""
        self._redis.close()
