"""Settling a batch in Redis: acknowledged and published in one step."""

from base64 import b64encode
from datetime import datetime

from redis.asyncio import Redis

from shared.errors import DeadLetter
from shared.events import EventDeadLettered, EventType, announce
from shared.messaging.batch import Channel, Entry, Settlement
from shared.messaging.running import run
from shared.messaging.scripts import SETTLE

_MAX_ENTRIES_A_CALL = 500


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
