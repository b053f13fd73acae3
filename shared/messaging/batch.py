"""A batch of stream entries, and what becomes of each."""

from base64 import b64encode
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar

from redis.asyncio import Redis

from shared.errors import DeadLetter
from shared.events import EventDeadLettered, EventType, announce
from shared.messaging.running import run
from shared.messaging.scripts import SETTLE

UNKNOWN_PROJECT = "unknown"

T = TypeVar("T")
_MAX_ENTRIES_A_CALL = 500


@dataclass(frozen=True, slots=True)
class Entry:
    """One stream entry: its id, its JSON document, and how often it was delivered."""

    id: bytes
    document: bytes
    deliveries: int = 1


@dataclass(frozen=True, slots=True)
class Settlement:
    """What a handler made of a batch. An entry in no list stays pending and comes again."""

    published: list[tuple[Entry, bytes]] = field(default_factory=list)
    refused: list[tuple[Entry, DeadLetter, str]] = field(default_factory=list)
    done: list[Entry] = field(default_factory=list)

    def publish(self, entry: Entry, document: bytes) -> None:
        """The entry is done, and this document follows from it."""
        self.published.append((entry, document))

    def refuse(self, entry: Entry, error: DeadLetter, project: str = UNKNOWN_PROJECT) -> None:
        """The entry can never be processed."""
        self.refused.append((entry, error, project))

    def readable(
        self, entries: Sequence[Entry], decode: Callable[[bytes], T]
    ) -> list[tuple[Entry, T]]:
        """The entries that `decode` can read, each with what it read; the others are refused."""
        found: list[tuple[Entry, T]] = []
        for entry in entries:
            try:
                found.append((entry, decode(entry.document)))
            except DeadLetter as error:
                self.refuse(entry, error)
        return found

    def acknowledge(self, entry: Entry) -> None:
        """The entry is done, and its effect is safe elsewhere."""
        self.done.append(entry)


Handler = Callable[[Sequence[Entry]], Awaitable[Settlement]]
"""A service's use of a batch: entries in, their settlement out."""


@dataclass(frozen=True, slots=True)
class Channel:
    """From where entries come, and where what follows from them goes.

    Attributes:
        stream: the key that is read.
        group: the consumer group that reads it.
        dead_letters: the key that keeps what was refused.
        watermarks: the hash that remembers how far each group came.
        source: the service's name.
        output: the key on which documents are published; empty where none are.
        trimmed: whether entries that all groups are done with are deleted.
    """

    stream: str
    group: str
    dead_letters: str
    watermarks: str
    source: str
    output: str = ""
    trimmed: bool = True


async def settle(redis: Redis, channel: Channel, settlement: Settlement, now: datetime) -> None:
    """Acknowledge and publish, atomically for each 500 entries."""
    published = [(entry.id, document) for entry, document in settlement.published]
    refused = [
        (entry.id, dead_letter(channel, entry, error, project, now))
        for entry, error, project in settlement.refused
    ]
    done = [entry.id for entry in settlement.done]
    step = _MAX_ENTRIES_A_CALL
    most = max(len(published), len(refused), len(done))
    for start in range(0, most, step):
        part = slice(start, start + step)
        await _settle_some(redis, channel, published[part], refused[part], done[part])


async def _settle_some(
    redis: Redis,
    channel: Channel,
    published: list[tuple[bytes, bytes]],
    refused: list[tuple[bytes, bytes]],
    done: list[bytes],
) -> None:
    await run(
        redis,
        SETTLE,
        [channel.stream, channel.output or channel.stream, channel.dead_letters],
        [
            channel.group,
            len(published),
            len(refused),
            *(identity for identity, _ in published),
            *(document for _, document in published),
            *(identity for identity, _ in refused),
            *(document for _, document in refused),
            *done,
        ],
    )


def dead_letter(
    channel: Channel, entry: Entry, error: DeadLetter, project: str, now: datetime
) -> bytes:
    """The document that keeps a refused entry, its original bytes and the reason."""
    entry_id = entry.id.decode()
    event = announce(
        EventType.EVENT_DEAD_LETTERED,
        EventDeadLettered(
            stream=channel.stream,
            entry_id=entry_id,
            reason=error.reason,
            error=type(error).__name__,
            message=str(error),
            attempts=entry.deliveries,
            original_base64=b64encode(entry.document).decode(),
        ),
        project=project,
        identity=f"{channel.stream}/{entry_id}",
        source=channel.source,
        time=now,
    )
    return event.encode()
