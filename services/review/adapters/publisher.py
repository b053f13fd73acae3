"""Publishing from worker threads, without the client's silent retries."""

from collections.abc import Iterable

from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

from shared.errors import Unavailable
from shared.messaging.reasons import reason
from shared.messaging.scripts import PUBLISH, publish_arguments

_TIMEOUT_SECONDS = 5.0


class RedisPublisher:
    """Appends what the relay hands over."""

    def __init__(self, url: str) -> None:
        self._redis = Redis.from_url(
            url, retry=Retry(NoBackoff(), 0), socket_timeout=_TIMEOUT_SECONDS
        )
        self._script = self._redis.register_script(PUBLISH)

    def publish_documents(self, documents: Iterable[tuple[str, bytes]]) -> None:
        """Documents as (key, document), all or none, in order.

        Raises:
            Unavailable: Redis is away or full; none of them is there, or all are.
        """
        keys, arguments = publish_arguments(documents)
        try:
            if arguments:
                self._script(keys=keys, args=arguments)
        except (RedisError, OSError) as error:
            raise Unavailable(f"Redis does not answer: {reason(error)}") from error

    def close(self) -> None:
        """Give all connections back."""
        self._redis.close()
