"""One service's consumption of one stream: who, how, and what is done with a batch."""

import asyncio
import math
import time
from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

import structlog

from shared.clock import Clock
from shared.ending import end
from shared.errors import DeadLetter, Malformed, TooLarge, Unavailable, Unprocessable
from shared.messaging.batch import Channel, Entry, Handler, Settlement
from shared.messaging.holding import Holding
from shared.messaging.metrics import MessagingMetrics
from shared.messaging.port import Lane, RawEntry
from shared.settings import CommonSettings
from shared.streams import FIELD

log = structlog.get_logger()

_FIRST_PAUSE, _LONGEST_PAUSE = 0.05, 2.0
_LOST_IS_TOLD_SECONDS = 600.0
"""A loss can be seen only until the group reads on, which is often sooner than anybody asks."""

T = TypeVar("T")


@dataclass(slots=True)
class Consumer:
    """Turns raw stream messages into batches for a handler, and settles what it made of them."""

    lane: Lane
    handler: Handler
    options: CommonSettings
    metrics: MessagingMetrics
    clock: Clock
    heartbeat: Callable[[str], None]
    holding: Holding = field(default_factory=Holding)
    pressed: bool = False
    """Whether what is downstream has fallen so far behind that reading should wait."""
    _settling: asyncio.Task[None] | None = None
    _lost_until: float = -math.inf

    def __post_init__(self) -> None:
        """Count from 0 on, or the first time would be no increase."""
        for counter in (self.metrics.reclaimed, self.metrics.failures):
            counter.labels(self.channel.stream)
        if self.channel.output:
            self.metrics.entries_out.labels(self.channel.output)

    @property
    def channel(self) -> Channel:
        """From where entries come, and where what follows from them goes."""
        return self.lane.channel

    def alive(self) -> None:
        """The reading loop went round once more."""
        self.heartbeat(self.channel.stream)

    async def hold_on(self) -> None:
        """Say from time to time that what is in hand is not left behind; until cancelled.

        The group is measured too: while a handler waits or hangs, nobody else does, and that is
        when somebody has to know.
        """
        while True:
            await asyncio.sleep(self.options.claim_idle_seconds / 3)
            try:
                await self.holding.renew(self.lane)
                await self.measure()
            except Unavailable as error:
                log.warning("not_renewed", stream=self.channel.stream, error=str(error))

    def reclaimed(self, count: int) -> None:
        """So many entries were taken over from another consumer."""
        self.metrics.reclaimed.labels(self.channel.stream).inc(count)

    async def handle(self, raw: Sequence[RawEntry]) -> None:
        """Screen the entries and let the handler work; they are settled while the next are read."""
        started = time.monotonic()
        name = self.channel.stream
        settlement = Settlement()
        entries = self._screen(raw, settlement)
        self.metrics.entries_in.labels(name).inc(len(raw))
        if entries:
            settlement = _joined(settlement, await self._work(entries))
        await self.settled()
        self._settling = asyncio.create_task(self._finish(raw, settlement, started))

    async def settled(self) -> None:
        """Return when everything that was handled is settled."""
        settling, self._settling = self._settling, None
        if settling is not None:
            await settling

    async def abandon(self) -> None:
        """Leave what is not settled by now to whoever takes it over."""
        settling, self._settling = self._settling, None
        await end(settling)

    async def bury(self, ids: Collection[bytes]) -> None:
        """Move entries that failed too often to the dead letters."""
        settlement = Settlement()
        for identity in ids:
            fields = await self.lane.fetch(identity)
            document = fields.get(FIELD, b"")
            entry = Entry(identity, document, self.options.max_deliveries)
            error = Unprocessable(f"failed {self.options.max_deliveries} times; see the log")
            settlement.refuse(entry, error)
        if settlement.refused:
            await self._settle(settlement, time.monotonic())

    async def look(self) -> None:
        """See how the group stands, note its watermark, trim, and feel what is downstream."""
        await self.measure()
        await self.lane.trim(self.options.keep_entries)
        self.pressed = await self.lane.downstream() > self.options.max_backlog
        self.metrics.pressed.labels(self.channel.stream).set(self.pressed)

    async def measure(self) -> None:
        """See how the group stands, and note its watermark."""
        name, state, now = self.channel.stream, await self.lane.look(), time.monotonic()
        if state.lost:
            self._lost_until = now + _LOST_IS_TOLD_SECONDS
        self.metrics.lag.labels(name).set(state.lag)
        self.metrics.pending.labels(name).set(state.pending)
        self.metrics.lost.labels(name).set(now < self._lost_until)

    async def _work(self, entries: Sequence[Entry]) -> Settlement:
        """What the handler makes of the entries.

        A database that is away is waited for: that must not count against the entries. A batch
        that fails is halved until the guilty entry is alone: it stays pending and comes again,
        and its neighbours do not wait for it.
        """
        try:
            return await self._patiently(lambda: self.handler(entries))
        except Exception as error:
            name = self.channel.stream
            self.metrics.failures.labels(name).inc()
            if len(entries) == 1:
                log.exception("entry_failed", stream=name, entry_id=entries[0].id.decode())
                return Settlement()
            log.warning("batch_failed", stream=name, entries=len(entries), error=repr(error))
            half = len(entries) // 2
            first = await self._work(entries[:half])
            return _joined(first, await self._work(entries[half:]))

    async def _finish(
        self, raw: Sequence[RawEntry], settlement: Settlement, started: float
    ) -> None:
        try:
            await self._settle(settlement, started)
        finally:
            self.holding.let_go(raw)

    async def _settle(self, settlement: Settlement, started: float) -> None:
        """A server that is away or full is waited for; saying it twice settles once."""
        now = self.clock.now()
        await self._patiently(lambda: self.lane.settle(settlement, now))
        name = self.channel.stream
        self.metrics.batch_seconds.labels(name).observe(time.monotonic() - started)
        if settlement.published:
            self.metrics.entries_out.labels(self.channel.output).inc(len(settlement.published))
        for entry, error, project in settlement.refused:
            self.metrics.dead_letters.labels(name, error.reason).inc()
            log.warning(
                "dead_letter",
                stream=name,
                entry_id=entry.id.decode(),
                project=project,
                reason=error.reason,
                detail=str(error),
            )

    async def _patiently(self, attempt: Callable[[], Awaitable[T]]) -> T:
        """Try until it works; that something is away passes by itself."""
        pause = _FIRST_PAUSE
        while True:
            try:
                return await attempt()
            except Unavailable as error:
                self.metrics.failures.labels(self.channel.stream).inc()
                name = self.channel.stream
                log.warning("waiting", stream=name, error=str(error), seconds=pause)
                await asyncio.sleep(pause)
                pause = min(2 * pause, _LONGEST_PAUSE)
                self.alive()

    def _screen(self, raw: Sequence[RawEntry], settlement: Settlement) -> list[Entry]:
        entries = []
        for identity, fields in raw:
            document = fields.get(FIELD)
            if document is None:
                problem: DeadLetter = Malformed("the entry has no field `data`")
                settlement.refuse(Entry(identity, repr(fields).encode()), problem)
            elif len(document) > self.options.max_event_bytes:
                limit = self.options.max_event_bytes
                problem = TooLarge(f"{len(document)} bytes; the limit is {limit}")
                settlement.refuse(Entry(identity, document), problem)
            else:
                entries.append(Entry(identity, document))
        return entries


def _joined(first: Settlement, second: Settlement) -> Settlement:
    return Settlement(
        first.published + second.published,
        first.refused + second.refused,
        first.done + second.done,
    )
