"""Into how many partitions a Redis was divided when it was begun, which everybody has to heed.

Who divides otherwise looks for events where nobody puts them, and says nothing about it.
"""

from contextlib import suppress
from typing import cast

from redis import Redis
from redis.asyncio import Redis as AsyncRedis
from redis.exceptions import NoPermissionError

from shared.errors import Misconfigured
from shared.streams import Keyspace


class OtherPartitions(Misconfigured):
    """This Redis was begun with another number of partitions; the message names both cures."""


def heed(redis: Redis, keys: Keyspace) -> None:
    """Divide as the others do; the first one says how.

    Raises:
        OtherPartitions: this Redis was begun with another number.
    """
    with suppress(NoPermissionError):  # a user made for an older version
        redis.set(keys.layout, _number(keys), nx=True)
    check(redis, keys)


def check(redis: Redis, keys: Keyspace) -> None:
    """The same, for who changes nothing; whoever may not even read is not told.

    Raises:
        OtherPartitions: this Redis was begun with another number.
    """
    with suppress(NoPermissionError):
        _compare(keys, redis.get(keys.layout))


async def heed_async(redis: AsyncRedis, keys: Keyspace) -> None:
    """The same in the event loop."""
    with suppress(NoPermissionError):
        await redis.set(keys.layout, _number(keys), nx=True)
        _compare(keys, await redis.get(keys.layout))


def _number(keys: Keyspace) -> str:
    return "none" if keys.partitions is None else str(keys.partitions)


def _compare(keys: Keyspace, found: object) -> None:
    there = cast("bytes", found).decode() if found is not None else _number(keys)
    if there == _number(keys):
        return
    wanted = (
        "unset HANDRAISE_PARTITIONS" if there == "none" else f"set HANDRAISE_PARTITIONS={there}"
    )
    raise OtherPartitions(
        f"this Redis was begun with {there} partitions, and {_number(keys)} are asked for here: "
        f"{wanted} for every service and sender; or, to change over, stop the senders, let all "
        f"queues run dry, stop the services and delete the key {keys.layout} (docs/howto/grow.md)"
    )
