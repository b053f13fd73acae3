"""What an error of the server means, where its own words do not say it."""

from collections.abc import Iterator
from contextlib import contextmanager

from redis.exceptions import (
    AskError,
    ClusterCrossSlotError,
    ClusterDownError,
    RedisError,
    ResponseError,
)

from shared.errors import Unavailable
from shared.messaging.port import NoGroup

_CLUSTER_CURE = (
    "begin HANDRAISE_REDIS_URL with redis+cluster:// and set HANDRAISE_PARTITIONS, or give that of "
    "a server that holds all keys (docs/howto/grow.md)"
)


def reason(error: Exception) -> str:
    """One sentence; a server that sends us elsewhere for a key (MOVED, ASK) belongs to a cluster.

    >>> reason(ConnectionError("refused"))
    'refused'
    """
    if isinstance(error, AskError | ClusterCrossSlotError | ClusterDownError):
        return f"this Redis is one node of a cluster ({error}): {_CLUSTER_CURE}"
    return str(error) or type(error).__name__


@contextmanager
def waitable() -> Iterator[None]:
    """Whatever the client raises within is one of the two errors that the port has."""
    try:
        yield
    except (RedisError, OSError) as error:
        if isinstance(error, ResponseError) and "NOGROUP" in str(error):
            raise NoGroup(str(error)) from error
        raise Unavailable(reason(error)) from error
