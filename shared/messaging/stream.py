"""The few reading commands of Redis Streams that we use, with the types they have for us.

The client's own types allow text or bytes, for every way to configure it; ours is always bytes.
"""

from collections.abc import Sequence
from typing import cast

from redis.asyncio import Redis

from shared.clusters import at
from shared.messaging.port import GroupState, Pending, RawEntry
from shared.messaging.running import run
from shared.messaging.scripts import LOOK, TRIM

_FORGOTTEN_AFTER_MILLISECONDS = 3_600_000


async def read_group(
    redis: Redis, stream: str, group: str, consumer: str, *, count: int, block: int
) -> list[RawEntry]:
    """Entries that nobody in the group has read, at most `count`; waits `block` milliseconds."""
    words = ("GROUP", group, consumer, "COUNT", count, "BLOCK", block, "STREAMS", stream, ">")
    response = await redis.execute_command("XREADGROUP", *words, **await at(redis, stream))
    return _entries(response)[0][1] if response else []


async def read(
    redis: Redis, positions: dict[str, bytes], count: int, block: int | None
) -> list[tuple[str, list[RawEntry]]]:
    """Entries after each stream's position, at most `count` a stream; all on one server."""
    wait = () if block is None else ("BLOCK", block)
    words = ("COUNT", count, *wait, "STREAMS", *positions, *positions.values())
    response = await redis.execute_command(
        "XREAD", *words, **await at(redis, next(iter(positions)))
    )
    return [(name.decode(), entries) for name, entries in _entries(response or [])]


async def pending(redis: Redis, stream: str, group: str, *, idle: int, count: int) -> list[Pending]:
    """Unacknowledged entries that were left alone for `idle` milliseconds; counts no delivery."""
    found = await redis.xpending_range(stream, group, "-", "+", count, idle=idle)
    return [
        Pending(cast("bytes", p["message_id"]), cast("int", p["times_delivered"])) for p in found
    ]


async def claim(
    redis: Redis, stream: str, group: str, consumer: str, *, idle: int, ids: Sequence[bytes]
) -> list[RawEntry]:
    """Take over entries, if they are still idle; counts one delivery each."""
    if not ids:
        return []
    claimed = await redis.xclaim(stream, group, consumer, idle, list(ids))
    return [cast("RawEntry", entry) for entry in claimed if entry[1] is not None]


async def held_by(redis: Redis, stream: str, group: str, consumer: str, count: int) -> list[bytes]:
    """The oldest unacknowledged entries of a consumer, at most `count`."""
    found = await redis.xpending_range(stream, group, "-", "+", count, consumer)
    return [cast("bytes", p["message_id"]) for p in found]


async def renew(redis: Redis, stream: str, group: str, consumer: str, ids: Sequence[bytes]) -> None:
    """Let entries that a consumer holds be idle from now on; counts no delivery."""
    if ids:
        await redis.xclaim(stream, group, consumer, 0, list(ids), justid=True)


async def fetch(redis: Redis, stream: str, identity: bytes) -> dict[bytes, bytes]:
    """The fields of one entry; empty if it was trimmed."""
    found = await redis.xrange(stream, identity.decode(), identity.decode(), count=1)
    return cast("RawEntry", found[0])[1] if found else {}


async def look(redis: Redis, stream: str, group: str, watermarks: str) -> GroupState:
    """How a group stands; notes its watermark in the hash `watermarks`."""
    lag, waiting, lost = await run(
        redis, LOOK, [stream, watermarks], [group, _FORGOTTEN_AFTER_MILLISECONDS]
    )
    return GroupState(lag, waiting, bool(lost))


async def watermark(redis: Redis, stream: str, group: str, watermarks: str) -> str:
    """Up to which entry a group was done when it was last looked at; "0" if never."""
    found = await redis.hget(watermarks, f"{stream}|{group}")
    return found.decode() if isinstance(found, bytes) else "0"


async def trim(redis: Redis, stream: str, keep: int) -> None:
    """Delete what all groups are done with, if there are more than `keep` entries."""
    await run(redis, TRIM, [stream], [keep])


async def slowest_lag(redis: Redis, stream: str) -> int:
    """The lag of the group that is furthest behind; 0 if nobody reads the stream."""
    if not await redis.exists(stream):
        return 0
    return max((int(group["lag"] or 0) for group in await redis.xinfo_groups(stream)), default=0)


def _entries(response: object) -> list[tuple[bytes, list[RawEntry]]]:
    return cast("list[tuple[bytes, list[RawEntry]]]", response)
