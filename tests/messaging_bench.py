"""A consumer on a real server, for the tests of the messaging layer."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from prometheus_client import CollectorRegistry
from redis.asyncio import Redis

from shared.clock import SystemClock
from shared.errors import Malformed
from shared.messaging import (
    Channel,
    Consumer,
    Entry,
    Handler,
    MessagingMetrics,
    RedisLane,
    Settlement,
    connect,
    make_broker,
    publish,
    stream,
    subscribe,
)
from shared.settings import CommonSettings

CHANNEL = Channel("t:in", "group", "t:dead", "t:watermarks", "test", output="t:out")


class Bench:
    """A consumer on a real server."""

    def __init__(self, redis: Redis, url: str, directory: Path, **options: int) -> None:
        self.redis = redis
        self.url = url
        self.options = CommonSettings.model_validate(
            {"redis_url": url, "data_dir": directory, "claim_idle_seconds": 0.2}
            | {"max_deliveries": 3}
            | options
        )
        self.registry = CollectorRegistry()
        self.metrics = MessagingMetrics(self.registry)

    @asynccontextmanager
    async def consuming(self, handler: Handler) -> AsyncIterator[None]:
        broker = make_broker(self.url)
        lane = RedisLane(self.redis, CHANNEL, self.options.claim_idle_seconds)
        consumer = Consumer(lane, handler, self.options, self.metrics, SystemClock(), ignore)
        subscribe(broker, consumer)
        await broker.start()
        try:
            yield
        finally:
            await broker.stop()

    async def send(self, *documents: bytes) -> None:
        await publish(self.redis, [("t:in", document) for document in documents])

    async def output(self) -> list[bytes]:
        found: Any = await self.redis.xrange("t:out")
        return [fields[b"data"] for _, fields in found]

    async def dead(self) -> list[dict[str, Any]]:
        found: Any = await self.redis.xrange("t:dead")
        return [json.loads(fields[b"data"])["data"] for _, fields in found]

    async def entries(self) -> list[tuple[bytes, dict[bytes, bytes]]]:
        found: Any = await self.redis.xrange("t:in")
        return list(found)

    async def watermark_is_newest(self) -> bool:
        mark = await stream.watermark(self.redis, "t:in", "group", "t:watermarks")
        return mark.encode() == (await self.entries())[-1][0]

    async def is_pressed(self) -> bool:
        return self._metric("handraise_stream_pressed") == 1

    def _metric(self, name: str) -> float:
        return self.registry.get_sample_value(name, {"stream": "t:in"}) or 0

    async def held(self) -> list[tuple[bytes, int]]:
        """What is in hand: documents, and how often each was delivered."""
        documents = {identity: fields[b"data"] for identity, fields in await self.entries()}
        left = await stream.pending(self.redis, "t:in", "group", idle=0, count=100)
        return [(documents[entry.id], entry.deliveries) for entry in left]

    async def pending(self) -> int:
        return int((await self.redis.xpending("t:in", "group"))["pending"])


@asynccontextmanager
async def bench(url: str, directory: Path, **options: int) -> AsyncIterator[Bench]:
    redis = connect(url)
    try:
        yield Bench(redis, url, directory, **options)
    finally:
        await redis.aclose()


async def echo(entries: Sequence[Entry]) -> Settlement:
    """Publishes what it reads; refuses `bad`; breaks on `poison`."""
    settlement = Settlement()
    for entry in entries:
        if entry.document == b"poison":
            raise RuntimeError("a bug that one entry wakes")
        if entry.document == b"bad":
            settlement.refuse(entry, Malformed("it is bad"))
        else:
            settlement.publish(entry, entry.document)
    return settlement


def ignore(_: str) -> None:
    return None


async def until(condition: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(15):
        while not await condition():
            await asyncio.sleep(0.02)


async def has(listing: Callable[[], Awaitable[Sequence[object]]], count: int) -> bool:
    return len(await listing()) == count
