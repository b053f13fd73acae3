"""Subscribers, and publishing without silent retries."""

from collections.abc import Iterable
from typing import Any, cast

from faststream import AckPolicy
from faststream.redis import RedisBroker, StreamSub
from faststream.redis.message import BatchStreamMessage, RedisBatchStreamMessage
from redis.asyncio import Redis

from shared import leaving
from shared.connecting import Address
from shared.messaging.consumer import Consumer
from shared.messaging.port import RawEntry
from shared.messaging.reasons import waitable
from shared.messaging.running import run
from shared.messaging.scripts import PUBLISH, publish_arguments
from shared.messaging.subscriber import ReliableBatchSubscriber


def make_broker(url: str) -> RedisBroker:
    """The broker on which a service's subscribers live.

    Each of them reads and settles by the client of its consumer; the broker gives them their
    lifespan, and connects to nothing. Its handlers take what comes as it is: to look at their
    parameters would cost each batch a hop through another thread.
    """
    return RedisBroker(
        Address.parse(url).plain,
        logger=None,  # type: ignore[arg-type]
        apply_types=False,
        graceful_timeout=leaving.STREAMS_SECONDS,
    )


def subscribe(broker: RedisBroker, consumer: Consumer) -> None:
    """Let `consumer` read its stream in batches for as long as the broker runs."""
    channel = consumer.channel
    subscriber = broker.subscriber(
        stream=StreamSub(
            channel.stream,
            group=channel.group,
            consumer=consumer.lane.name,
            batch=True,
            max_records=consumer.options.batch_size,
        ),
        parser=_undecoded,
        decoder=_entries,
        ack_policy=AckPolicy.MANUAL,
        title=f"{channel.stream} ({channel.group})",
    )
    subscriber.__class__ = ReliableBatchSubscriber
    subscriber.consumer = consumer  # type: ignore[attr-defined]

    @subscriber
    async def handle(entries: list[RawEntry]) -> None:
        await consumer.handle(entries)


async def publish(redis: Redis, documents: Iterable[tuple[str, bytes]]) -> None:
    """Append documents to streams, given as (key, document), in order, all or none.

    Raises:
        Unavailable: the server is away or full; they may be there nevertheless.
    """
    keys, arguments = publish_arguments(documents)
    if arguments:
        with waitable():
            await run(redis, PUBLISH, keys, arguments)


async def _undecoded(message: BatchStreamMessage) -> RedisBatchStreamMessage:
    """Entries are decoded one by one in the handler: a bad one must not fail its batch."""
    nobody = cast("Any", None)  # acknowledging is ours, in one step with publishing
    return RedisBatchStreamMessage(
        message, body=b"", consumer=nobody, group=nobody, correlation_id="-"
    )


async def _entries(message: RedisBatchStreamMessage) -> Any:  # noqa: ANN401 - of any decoder
    raw = message.raw_message
    return list(zip(raw["message_ids"], raw["data"], strict=True))
