"""A lane of Redis Streams."""

import os
import secrets
import socket
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import structlog
from redis.asyncio import Redis
from redis.exceptions import ResponseError

from shared.messaging import stream
from shared.messaging.batch import Channel, Settlement
from shared.messaging.port import GroupState, Pending, RawEntry
from shared.messaging.reasons import waitable
from shared.messaging.settling import settle

log = structlog.get_logger()

_POLL_MILLISECONDS = 200
_MOST_HELD = 10_000


def _own_name() -> str:
    return f"{socket.gethostname()}-{os.getpid()}-{secrets.token_hex(3)}"


@dataclass(frozen=True, slots=True)
class RedisLane:
    """Implements `port.Lane`.

    Attributes:
        idle_seconds: an entry that was left alone for so long is left.
    """

    redis: Redis
    channel: Channel
    idle_seconds: float
    name: str = field(default_factory=_own_name)

    async def begin(self) -> None:
        """From where the group was, else from the first entry; never from "now"."""
        key, group = self.channel.stream, self.channel.group
        with waitable():
            start = await stream.watermark(self.redis, key, group, self.channel.watermarks)
            try:
                await self.redis.xgroup_create(key, group, id=start, mkstream=True)
                log.info("group_made", stream=key, group=group, start=start)
            except ResponseError as error:
                if "BUSYGROUP" not in str(error):
                    raise

    async def read(self, count: int) -> list[RawEntry]:
        """XREADGROUP."""
        with waitable():
            return await stream.read_group(
                self.redis, *self._who, count=count, block=_POLL_MILLISECONDS
            )

    async def left(self, count: int) -> Sequence[Pending]:
        """XPENDING: looking counts no delivery."""
        key, group, _ = self._who
        with waitable():
            return await stream.pending(self.redis, key, group, idle=self._idle, count=count)

    async def take_over(self, ids: Sequence[bytes]) -> list[RawEntry]:
        """XCLAIM."""
        with waitable():
            return await stream.claim(self.redis, *self._who, idle=self._idle, ids=ids)

    async def hold(self, ids: Collection[bytes]) -> None:
        """XCLAIM of what is ours already, which lets it be idle from now on."""
        with waitable():
            own = await stream.held_by(self.redis, *self._who, _MOST_HELD)
            await stream.renew(self.redis, *self._who, sorted(set(ids).intersection(own)))

    async def fetch(self, identity: bytes) -> Mapping[bytes, bytes]:
        """XRANGE of one."""
        with waitable():
            return await stream.fetch(self.redis, self.channel.stream, identity)

    async def settle(self, settlement: Settlement, now: datetime) -> None:
        """One script for each 500 entries."""
        with waitable():
            await settle(self.redis, self.channel, settlement, now)

    async def look(self) -> GroupState:
        """XINFO; notes the watermark."""
        key, group, _ = self._who
        with waitable():
            return await stream.look(self.redis, key, group, self.channel.watermarks)

    async def trim(self, keep: int) -> None:
        """XTRIM up to what the slowest group has done; some streams are kept whole."""
        if self.channel.trimmed:
            with waitable():
                await stream.trim(self.redis, self.channel.stream, keep)

    async def downstream(self) -> int:
        """XINFO of the next stream."""
        if not self.channel.output:
            return 0
        with waitable():
            return await stream.slowest_lag(self.redis, self.channel.output)

    @property
    def _who(self) -> tuple[str, str, str]:
        return self.channel.stream, self.channel.group, self.name

    @property
    def _idle(self) -> int:
        return int(self.idle_seconds * 1000)
