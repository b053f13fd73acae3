"""A broadcast of Redis Streams."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from redis.asyncio import Redis

from shared.messaging import stream
from shared.messaging.port import RawEntry
from shared.messaging.reasons import waitable

_BLOCK_MILLISECONDS = 500
_BEFORE_THE_FIRST = b"0-0"


@dataclass(frozen=True, slots=True)
class RedisBroadcast:
    """Implements `port.Broadcast`; all its streams are on one server."""

    redis: Redis

    async def read(
        self, positions: Mapping[str, bytes | None], count: int, *, wait: bool
    ) -> Mapping[str, Sequence[RawEntry]]:
        """XREAD."""
        block = _BLOCK_MILLISECONDS if wait else None
        after = {name: position or _BEFORE_THE_FIRST for name, position in positions.items()}
        with waitable():
            return dict(await stream.read(self.redis, after, count, block))

    async def fetch(self, name: str, identity: bytes) -> Mapping[bytes, bytes]:
        """XRANGE of one."""
        with waitable():
            return await stream.fetch(self.redis, name, identity)
