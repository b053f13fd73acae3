"""Following a broadcast: every replica reads the whole stream, from its beginning."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping

import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

from shared.errors import Malformed
from shared.events import CloudEvent
from shared.messaging import stream
from shared.streams import FIELD

log = structlog.get_logger()

_BLOCK_MILLISECONDS = 500
_READ_AT_ONCE = 1000
_LONGEST_PAUSE = 5.0

Sink = Callable[[CloudEvent], None]


class Follower:
    """Hands each event of some streams to a sink, once and in order, then calls `settled`.

    `settled` runs after each read, so that a sink which only remembers the newest wish (for
    example a model version) is acted on once however far the follower was behind.
    """

    def __init__(
        self,
        redis: Redis,
        sinks: Mapping[str, Sink],
        settled: Callable[[], Awaitable[None]],
        heartbeat: Callable[[str], None],
    ) -> None:
        self._redis = redis
        self._sinks = sinks
        self._settled = settled
        self._heartbeat = heartbeat
        self._positions = dict.fromkeys(sinks, b"0-0")

    async def catch_up(self) -> None:
        """Read all that is there now."""
        while await self._read(block=None):
            pass

    async def run(self) -> None:
        """Follow for ever; a server that is away is waited for."""
        pause = 0.05
        while True:
            try:
                await self._read(block=_BLOCK_MILLISECONDS)
                self._heartbeat("follower")
                pause = 0.05
            except (RedisError, OSError) as error:
                log.warning("follow_failed", error=str(error), next_try_seconds=pause)
                await asyncio.sleep(pause)
                pause = min(2 * pause, _LONGEST_PAUSE)

    async def _read(self, block: int | None) -> bool:
        positions = dict(self._positions)
        response = await stream.read(self._redis, positions, count=_READ_AT_ONCE, block=block)
        for name, entries in response:
            for identity, fields in entries:
                if _order(identity) > _order(self._positions[name]):
                    self._positions[name] = identity
                    self._hand_over(name, identity, fields)
        if response:
            await self._settled()
        return bool(response)

    def _hand_over(self, name: str, identity: bytes, fields: Mapping[bytes, bytes]) -> None:
        try:
            event = CloudEvent.decode(fields.get(FIELD, b""))
        except Malformed as error:
            log.warning(
                "broadcast_ignored", stream=name, entry_id=identity.decode(), detail=str(error)
            )
        else:
            self._sinks[name](event)


def _order(identity: bytes) -> tuple[int, int]:
    milliseconds, _, number = identity.partition(b"-")
    return int(milliseconds), int(number)
