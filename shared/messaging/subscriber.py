"""A batch subscriber that loses nothing: what dead consumers left is taken over.

FastStream's own stream subscriber leaves the entries of a killed consumer pending for ever and
stops when its group is gone. This one keeps FastStream's lifespan, middleware and AsyncAPI, and
replaces the reading loop, which reads by its consumer's client. It uses names private to
FastStream, hence the pin in pyproject.toml and the contract test in
tests/contracts/test_faststream.py.
"""

import asyncio
import random
import time
from collections.abc import Sequence
from typing import Any

import anyio
import structlog
from faststream.redis.message import BatchStreamMessage
from faststream.redis.subscriber.usecases import LogicSubscriber, StreamBatchSubscriber
from typing_extensions import override

from shared.ending import end
from shared.errors import Unavailable
from shared.messaging.consumer import Consumer
from shared.messaging.port import NoGroup, RawEntry

log = structlog.get_logger()

_FIRST_PAUSE, _LONGEST_PAUSE = 0.05, 5.0
_LOOK_EVERY_SECONDS = 1.0
_PRESSED_SECONDS = 0.2


class ReliableBatchSubscriber(StreamBatchSubscriber):
    """Swapped in for FastStream's class after `broker.subscriber(...)`; see `subscribe`."""

    __slots__ = ()

    consumer: Consumer
    _told: anyio.Event
    _stopped: anyio.Event
    _reading: asyncio.Task[list[RawEntry]] | None

    @override
    async def start(self) -> None:
        """Begin reading. The loop makes the group when it finds none, and waits for the server."""
        self._told, self._stopped = anyio.Event(), anyio.Event()
        self._reading = None
        await LogicSubscriber.start(self)

    @override
    async def stop(self) -> None:
        """Finish the batch in hand, then stop: nothing fetched is left behind.

        What cannot be settled in time stays pending, and is another consumer's or this one's when
        it starts again.
        """
        self.running = False
        self._told.set()
        if self.tasks:
            seconds = self._outer_config.graceful_timeout
            with anyio.move_on_after(seconds) as limit:
                await self._stopped.wait()
            if limit.cancelled_caught:
                name, entries = self.consumer.channel.stream, len(self.consumer.holding)
                log.warning("drain_given_up", stream=name, entries=entries, seconds=seconds)
            await end(*self.tasks, self._reading)
            await self.consumer.abandon()
        await super().stop()

    @override
    async def _consume(self, *_: Any, start_signal: anyio.Event) -> None:
        start_signal.set()
        holding_on = asyncio.create_task(self.consumer.hold_on())
        try:
            await self._go_round()
        finally:
            self._stopped.set()
            await end(holding_on)

    async def _go_round(self) -> None:
        """Read until the service stops."""
        pause, next_look = _FIRST_PAUSE, 0.0
        while self.running:
            try:
                if time.monotonic() >= next_look:
                    next_look = await self._look_after_group()
                if self.consumer.pressed:
                    await self._pause(_PRESSED_SECONDS)
                else:
                    await self._feed(await self._read_ahead())
                self.consumer.alive()
                pause = _FIRST_PAUSE
            except Unavailable as error:
                pause = await self._recover(error, pause)
            except Exception:  # FastStream would end this reader, and say nothing
                log.exception("stream_reader_failed", stream=self.consumer.channel.stream)
                await self._pause(_LONGEST_PAUSE)
        await self._drain()

    async def _pause(self, seconds: float) -> None:
        """Do nothing for a while, or until the service stops."""
        with anyio.move_on_after(seconds):
            await self._told.wait()

    async def _look_after_group(self) -> float:
        """Take over what was left, see how things stand; when to do so again."""
        await self.consumer.settled()  # what is being settled is not left behind
        more = await self._take_over()
        await self.consumer.look()
        pause = _LOOK_EVERY_SECONDS * random.uniform(0.7, 1.3)  # noqa: S311 - spreads replicas
        return time.monotonic() + (0 if more else pause)

    async def _read_ahead(self) -> list[RawEntry]:
        """The next entries; while they are processed, those after them are fetched already."""
        reading = self._reading or asyncio.create_task(self._read())
        self._reading = None
        entries = await reading
        if entries:
            self._reading = asyncio.create_task(self._read())
        return entries

    async def _read(self) -> list[RawEntry]:
        consumer = self.consumer
        entries = await consumer.lane.read(consumer.options.batch_size)
        self.consumer.holding.take(entries)
        return entries

    async def _drain(self) -> None:
        """Process what was fetched ahead, and see everything settled."""
        if self._reading is not None:
            try:
                await self.consumer.handle(await self._reading)
            except Unavailable as error:
                log.warning("drain_failed", error=str(error))
        await self.consumer.settled()

    async def _take_over(self) -> bool:
        """Process what others left. True if there may be more.

        Looking (XPENDING) does not count as a delivery. What was delivered once comes as a
        batch; what failed before comes one by one, so that only the guilty entry is counted.
        """
        options = self.consumer.options
        left = await self.consumer.lane.left(options.batch_size)
        await self.consumer.bury([p.id for p in left if p.deliveries >= options.max_deliveries])
        await self._feed(await self._claim([p.id for p in left if p.deliveries == 1]))
        for entry in left:
            if self.running and 1 < entry.deliveries < options.max_deliveries:
                await self._feed(await self._claim([entry.id]))
        return len(left) >= options.batch_size

    async def _claim(self, ids: Sequence[bytes]) -> list[RawEntry]:
        claimed = await self.consumer.lane.take_over(ids)
        self.consumer.reclaimed(len(claimed))
        self.consumer.holding.take(claimed)
        return claimed

    async def _feed(self, entries: Sequence[RawEntry]) -> None:
        if not entries:
            return
        if not self.running:  # FastStream hands over nothing any more
            await self.consumer.handle(entries)
            return
        await self.consume_one(
            BatchStreamMessage(
                type="bstream",
                channel=self.consumer.channel.stream,
                data=[fields for _, fields in entries],
                message_ids=[identity for identity, _ in entries],
            )
        )

    async def _recover(self, error: Exception, pause: float) -> float:
        """Do what helps against an error of the server; how long to wait if it comes again."""
        if isinstance(error, NoGroup):
            try:
                await self.consumer.lane.begin()
            except Unavailable as again:
                error = again
            else:
                return _FIRST_PAUSE
        log.warning(
            "stream_read_failed",
            stream=self.consumer.channel.stream,
            error=str(error),
            next_try_seconds=pause,
        )
        await self._pause(pause)
        return min(pause * 2, _LONGEST_PAUSE)
