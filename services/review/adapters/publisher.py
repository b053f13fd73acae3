"""Publishing from worker threads, without the client's silent retries."""

from collections.abc import Sequence
from typing import Any

from redis import Redis
from redis.exceptions import NoScriptError, RedisError

from shared.clusters import server_of
from shared.connecting import connect_blocking
from shared.errors import Unavailable
from shared.messaging.reasons import reason
from shared.messaging.scripts import PUBLISH, publish_arguments

_WAIT_MILLISECONDS = 1000


class RedisPublisher:
    """Appends what the relay hands over."""

    def __init__(self, url: str, wait_replicas: int = 0) -> None:
        """Prepare; nothing is connected yet.

        Args:
            url: where Redis is.
            wait_replicas: so many replicas must have a document before it counts as published.
        """
        self._redis = connect_blocking(url)
        self._wait = wait_replicas

    def publish_documents(self, documents: Sequence[tuple[str, bytes]]) -> None:
        """Documents of one partition as (key, document), all or none, in order.

        Raises:
            Unavailable: Redis is away or full, or too few replicas have confirmed; some may be
                there nevertheless.
        """
        if not documents:
            return
        keys, arguments = publish_arguments(documents)
        try:
            with server_of(self._redis, keys[0]) as redis:
                confirmed = self._send(redis, keys, arguments)
        except (RedisError, OSError) as error:
            raise Unavailable(f"Redis does not answer: {reason(error)}") from error
        if confirmed < self._wait:
            raise Unavailable(
                f"{confirmed} replicas of Redis have what was published; "
                f"HANDRAISE_WAIT_REPLICAS asks for {self._wait}"
            )

    def close(self) -> None:
        """Give all connections back."""
        self._redis.close()

    def _send(self, redis: Redis, keys: Sequence[str], arguments: Sequence[bytes]) -> int:
        """How many replicas have it; a server that does not know the script is told its text."""
        words: list[str | bytes | int] = [len(keys), *keys, *arguments]
        try:
            return self._say(redis, "EVALSHA", PUBLISH.sha1, *words)
        except NoScriptError:
            return self._say(redis, "EVAL", PUBLISH.text, *words)

    def _say(self, redis: Redis, *command: str | bytes | int) -> int:
        """Replicas are asked for on the same connection, for its own writes only."""
        pipeline: Any = redis.pipeline(transaction=False)
        pipeline.execute_command(*command)
        if self._wait:
            pipeline.execute_command("WAIT", self._wait, _WAIT_MILLISECONDS)
        answers = pipeline.execute()
        return int(answers[-1]) if self._wait else 0
