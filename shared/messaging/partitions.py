"""A service's reading of one stream, which may be divided into partitions."""

import asyncio
from collections.abc import Iterator, Sequence

from shared.messaging.batch import Channel, Entry, Handler, Settlement
from shared.streams import TO_ALL, Keyspace, Stream


def channels(
    keys: Keyspace, stream: Stream, service: str, *, output: Stream | None = None
) -> Iterator[Channel]:
    """A channel for each partition of a stream; what follows from an entry stays in its partition.

    Args:
        keys: where everything stands.
        stream: what is read.
        service: who reads it; also the name of the group.
        output: where documents are published.
    """
    for number in range(1) if stream in TO_ALL else keys.numbers:
        yield Channel(
            stream=keys.key(stream, number),
            group=service,
            output=keys.key(output, number) if output else "",
            dead_letters=keys.key(Stream.DEAD_LETTERS, number),
            watermarks=keys.watermarks(number),
            source=service,
            trimmed=stream is not Stream.MODELS,
        )


def in_turn(handler: Handler) -> Handler:
    """A handler that takes the batches of all partitions one after another.

    For what writes into one database: two batches at once would only wait for each other there.
    """
    turn = asyncio.Lock()

    async def handle(entries: Sequence[Entry]) -> Settlement:
        async with turn:
            return await handler(entries)

    return handle
