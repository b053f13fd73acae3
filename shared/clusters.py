"""Clients of a Redis Cluster that behave as those of one server do, and what is asked of each node.

redis-py's own differ in three ways. The blocking one connects when it is made, so that a service
could not start before its cluster. Both report a cluster that is away by errors that are not
`RedisError`, which everybody here waits out. And when a node dies, that of the event loop closes
connections which other tasks are about to write to: they meet no writer (AttributeError), or a
closed one (RuntimeError of uvloop).
"""

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from redis import Redis, RedisCluster
from redis.asyncio import RedisCluster as AsyncRedisCluster
from redis.exceptions import ConnectionError as NotConnected
from redis.exceptions import RedisClusterException, RedisError
from typing_extensions import override


@contextmanager
def _waitable() -> Iterator[None]:
    try:
        yield
    except RedisClusterException as error:
        raise NotConnected(str(error)) from error


class AsyncCluster(AsyncRedisCluster):
    """For the event loop."""

    @override
    async def initialize(self, *args: Any, **options: Any) -> AsyncRedisCluster:
        """See redis-py."""
        with _waitable():
            return await super().initialize(*args, **options)

    @override
    async def execute_command(self, *args: Any, **options: Any) -> Any:
        """See redis-py."""
        with _waitable():
            try:
                return await super().execute_command(*args, **options)
            except (AttributeError, RuntimeError) as error:
                raise NotConnected(f"the connection was given up: {error}") from error


class Cluster:
    """For threads; made whole at its first use. Everything that is not here is redis-py's.

    Attributes:
        stale: whether it should be asked anew which node has what.
    """

    def __init__(self, **options: Any) -> None:  # noqa: ANN401 - those of redis-py
        self._options = options
        self._lock = threading.Lock()
        self._made: RedisCluster | None = None
        self.stale = False

    @property
    def whole(self) -> RedisCluster:
        """The client itself.

        Raises:
            redis.exceptions.ConnectionError: none of the known nodes answers.
        """
        with self._lock, _waitable():
            if self._made is None:
                self._made = _Waitable(**self._options)
            return self._made

    def __enter__(self) -> "Cluster":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Give all connections back."""
        if self._made is not None:
            self._made.close()

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - any command of redis-py
        return getattr(self.whole, name)


class _Waitable(RedisCluster):
    @override
    def execute_command(self, *args: Any, **options: Any) -> Any:
        with _waitable():
            return super().execute_command(*args, **options)  # type: ignore[no-untyped-call]


@contextmanager
def server_of(redis: Redis, key: str) -> Iterator[Any]:
    """The server that has a key: the node of a cluster, else the one that there is.

    After any error of the body the cluster is asked anew which node that is.

    Raises:
        redis.exceptions.ConnectionError: nobody says which node has it.
    """
    cluster: object = redis
    if not isinstance(cluster, Cluster):
        yield redis
        return
    with _waitable():
        whole = cluster.whole
        if cluster.stale:
            whole.nodes_manager.initialize()
            cluster.stale = False
        node = whole.get_redis_connection(whole.get_node_from_key(key))
    try:
        yield node
    except (RedisError, OSError):
        cluster.stale = True
        raise


async def servers(redis: object) -> Sequence[Any]:
    """Everything that answers commands without a key: the primaries of a cluster, or the one."""
    if not isinstance(redis, AsyncRedisCluster):
        return [redis]
    await redis.initialize()
    return redis.get_primaries()


async def at(redis: object, key: str) -> dict[str, Any]:
    """Where a command goes whose key stands at no fixed place.

    A cluster's client would ask some node each time which of the words are keys, and wait in vain
    for it if that node is away.
    """
    if not isinstance(redis, AsyncRedisCluster):
        return {}
    await redis.initialize()
    with _waitable():
        return {"target_nodes": redis.get_node_from_key(key)}
