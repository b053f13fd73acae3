"""Connections to Redis, and publishing without silent retries."""

from collections.abc import Iterable
from typing import Any, cast

from faststream import AckPolicy
from faststream.redis import RedisBroker, StreamSub, annotations
from faststream.redis.message import BatchStreamMessage, RedisBatchStreamMessage
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from shared.messaging.consumer import Consumer
from shared.messaging.scripts import PUBLISH, publish_arguments
from shared.messaging.subscriber import ReliableBatchSubscriber

_DRAIN_SECONDS = 10.0
_SILENCE_SECONDS = 10.0
"""A server that says nothing for so long is given up, and connected to anew: it may have vanished
without a word. No command of ours blocks for more than half a second."""


def connect(url: str) -> Redis:
    """A client that never retries by itself: a lost reply must not duplicate an entry."""
    return Redis.from_url(
        url,
        retry=Retry(NoBackoff(), 0),
        health_check_interval=30,
        socket_timeout=_SILENCE_SECONDS,
        socket_connect_timeout=_SILENCE_SECONDS,
    )


def make_broker(url: str) -> RedisBroker:
    """The broker on which a service's subscribers live."""
    return RedisBroker(
        url,
        logger=None,  # type: ignore[arg-type]
        socket_timeout=_SILENCE_SECONDS,
        socket_connect_timeout=_SILENCE_SECONDS,
        graceful_timeout=_DRAIN_SECONDS,
    )


def subscribe(broker: RedisBroker, consumer: Consumer) -> None:
    """Let `consumer` read its stream in batches for as long as the broker runs."""
    channel = consumer.channel
    subscriber = broker.subscriber(
        stream=StreamSub(
            channel.stream,
            group=channel.group,
            consumer=consumer.name,
            batch=True,
            max_records=consumer.options.batch_size,
        ),
        parser=_undecoded,
        decoder=_nothing,
        ack_policy=AckPolicy.MANUAL,
        title=f"{channel.stream} ({channel.group})",
    )
    subscriber.__class__ = ReliableBatchSubscriber
    subscriber.consumer = consumer  # type: ignore[attr-defined]

    @subscriber
    async def handle(message: annotations.RedisBatchStreamMessage) -> None:
        raw = message.raw_message
        await consumer.handle(list(zip(raw["message_ids"], raw["data"], strict=True)))


async def publish(redis: Redis, documents: Iterable[tuple[str, bytes]]) -> None:
    """Append documents to streams, given as (key, document), in order, all or none."""
    keys, arguments = publish_arguments(documents)
    if arguments:
        await redis.register_script(PUBLISH)(keys=keys, args=arguments)


async def _undecoded(message: BatchStreamMessage) -> RedisBatchStreamMessage:
    """Entries are decoded one by one in the handler: a bad one must not fail its batch."""
    nobody = cast("Any", None)  # acknowledging is ours, in one step with publishing
    return RedisBatchStreamMessage(
        message, body=b"", consumer=nobody, group=nobody, correlation_id="-"
    )


async def _nothing(_: RedisBatchStreamMessage) -> None:
    return None
