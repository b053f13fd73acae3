"""Names private to FastStream on which shared/messaging/subscriber.py stands.

When one of these fails after an upgrade of FastStream, read its stream subscriber again before
anything else: the pin in pyproject.toml is there for this reason.
"""

import inspect
from importlib.metadata import version

import anyio
from faststream import AckPolicy
from faststream.redis import RedisBroker, StreamSub
from faststream.redis.message import BatchStreamMessage
from faststream.redis.subscriber.usecases import StreamBatchSubscriber

from shared.messaging.subscriber import ReliableBatchSubscriber


def a_subscriber() -> StreamBatchSubscriber:
    broker = RedisBroker("redis://localhost:1", graceful_timeout=7.0)
    subscriber = broker.subscriber(
        stream=StreamSub("s", group="g", consumer="c", batch=True, max_records=500),
        ack_policy=AckPolicy.MANUAL,
    )
    assert isinstance(subscriber, StreamBatchSubscriber)
    return subscriber


def test_the_pinned_version_is_the_one_that_was_read() -> None:
    assert version("faststream").startswith("0.7.")


def test_the_reading_loop_is_a_method_that_we_may_replace() -> None:
    assert inspect.iscoroutinefunction(StreamBatchSubscriber._consume)
    assert "start_signal" in inspect.signature(StreamBatchSubscriber._consume).parameters
    assert inspect.iscoroutinefunction(StreamBatchSubscriber.start)
    assert inspect.iscoroutinefunction(StreamBatchSubscriber.stop)


def test_one_batch_can_be_handed_in() -> None:
    assert inspect.iscoroutinefunction(StreamBatchSubscriber.consume_one)
    assert list(inspect.signature(StreamBatchSubscriber.consume_one).parameters) == ["self", "msg"]
    assert {"type", "channel", "data", "message_ids"} <= set(BatchStreamMessage.__annotations__)


def test_a_subscriber_has_the_state_that_we_use() -> None:
    subscriber = a_subscriber()

    assert subscriber.running is False
    assert list(subscriber.tasks) == []
    assert subscriber._outer_config.graceful_timeout == 7.0
    assert isinstance(inspect.getattr_static(subscriber, "_client"), property)


def test_starting_runs_the_reading_loop_as_a_task() -> None:
    parents = [
        vars(parent)["start"] for parent in StreamBatchSubscriber.__mro__ if "start" in vars(parent)
    ]
    source = "".join(map(inspect.getsource, parents))

    assert "self._consume" in source
    assert "add_task" in source


def test_the_class_can_be_swapped_on_a_subscriber() -> None:
    subscriber = a_subscriber()

    subscriber.__class__ = ReliableBatchSubscriber
    subscriber.consumer = "a consumer"  # type: ignore[attr-defined]
    subscriber._stopped = anyio.Event()  # type: ignore[attr-defined]

    assert isinstance(subscriber, ReliableBatchSubscriber)
    assert subscriber._consume.__func__ is ReliableBatchSubscriber._consume  # type: ignore[attr-defined]
