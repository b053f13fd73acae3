"""Following a broadcast: every replica reads the whole stream, from its beginning."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence

import structlog

from shared.errors import Malformed, Unavailable
from shared.events import CloudEvent
from shared.messaging.port import Broadcast, RawEntry
from shared.streams import FIELD

log = structlog.get_logger()

_READ_AT_ONCE = 1000
_LONGEST_PAUSE = 5.0

Sink = Callable[[CloudEvent], None]


class Follower:
    """Hands each event of some streams to a sink, once and in order, then calls `settled`.

    `settled` runs when all that was there is read, so that a sink which only remembers the newest
    wish (for example a model version) is acted on once however far the follower was behind.

    The last entry read is the bookmark. Where it is gone the stream is another one: a server that
    lost everything, or its end, and whose clock may be behind that of the one before. Such a
    stream is read from its beginning; `begun_anew` hears of it first.
    """

    def __init__(
        self,
        broadcast: Broadcast,
        sinks: Mapping[str, Sink],
        settled: Callable[[], Awaitable[None]],
        heartbeat: Callable[[str], None],
        begun_anew: Callable[[str], None] = lambda _: None,
    ) -> None:
        self._broadcast = broadcast
        self._sinks = sinks
        self._settled = settled
        self._heartbeat = heartbeat
        self._begun_anew = begun_anew
        self._bookmarks: dict[str, RawEntry | None] = dict.fromkeys(sinks)
        self._unsettled = False

    def has_read(self, name: str) -> bool:
        """Whether anything was found on a stream, as it is now."""
        return self._bookmarks[name] is not None

    async def catch_up(self) -> None:
        """Read all that is there now."""
        while await self._read(wait=False):
            pass

    async def run(self) -> None:
        """Follow for ever; a server that is away is waited for."""
        pause = 0.05
        while True:
            try:
                await self._read(wait=True)
                self._heartbeat("follower")
                pause = 0.05
            except Unavailable as error:
                log.warning("follow_failed", error=str(error), next_try_seconds=pause)
                await asyncio.sleep(pause)
                pause = min(2 * pause, _LONGEST_PAUSE)

    async def _read(self, *, wait: bool) -> bool:
        """Read on. True if there may be more."""
        before = dict(self._bookmarks)
        positions = {name: mark[0] if mark else None for name, mark in before.items()}
        response = await self._broadcast.read(positions, _READ_AT_ONCE, wait=wait)
        anew = False
        for name, mark in before.items():
            same = mark is None or await self._broadcast.fetch(name, mark[0]) == mark[1]
            if self._bookmarks[name] is not mark:  # another reading was faster
                anew = True
            elif same:
                self._hand_over(name, response.get(name, []))
            else:
                log.warning("stream_begun_anew", stream=name)
                self._bookmarks[name] = None
                self._begun_anew(name)
                anew = True
        more = anew or any(len(entries) >= _READ_AT_ONCE for entries in response.values())
        if self._unsettled and not more:
            self._unsettled = False
            await self._settled()
        return more or bool(response)

    def _hand_over(self, name: str, entries: Sequence[RawEntry]) -> None:
        for entry in entries:
            self._bookmarks[name] = entry
            self._unsettled = True
            self._tell(name, *entry)

    def _tell(self, name: str, identity: bytes, fields: Mapping[bytes, bytes]) -> None:
        try:
            event = CloudEvent.decode(fields.get(FIELD, b""))
        except Malformed as error:
            log.warning(
                "broadcast_ignored", stream=name, entry_id=identity.decode(), detail=str(error)
            )
        else:
            self._sinks[name](event)
