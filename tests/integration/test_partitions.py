"""Streams divided into partitions: where everything stands, and one that is away stops no other."""

from collections.abc import Sequence
from pathlib import Path
from zlib import crc32

import pytest
from prometheus_client import CollectorRegistry
from pydantic import ValidationError
from redis import Redis
from typing_extensions import override

from services.review.adapters.outbox import OutboxDrain
from services.review.adapters.publisher import RedisPublisher
from services.review.adapters.relay import Relay
from services.review.adapters.store import SqlStore
from services.review.adapters.transport import RedisTransport
from services.review.metrics import Metrics
from shared.connecting import Address
from shared.database import Database
from shared.errors import Misconfigured, Unavailable
from shared.layout import OtherPartitions, check, heed, heed_async
from shared.messaging import connect
from shared.settings import CommonSettings
from shared.streams import Keyspace, Stream, tag
from tests.bad_input.starting import start
from tests.builders import a_prediction_event

KEYS = Keyspace("test", 3)
IDS = ["e0", "e1", "e2", "e3", "e4", "e5"]


def test_all_keys_of_an_event_have_one_tag_and_default_names_stay() -> None:
    whole = Keyspace("handraise")
    assert {key for _, key in whole.everything()} == {f"handraise:{s.value}" for s in Stream}
    assert (whole.watermarks(), whole.marker()) == ("handraise:watermarks", "handraise:marker")
    for event_id in IDS:
        number = str(crc32(event_id.encode()) % 3)
        for stream in (Stream.REQUESTS, Stream.DECISIONS, Stream.CORRECTIONS):
            assert tag(KEYS.of(stream, event_id)) == number
    assert KEYS.of(Stream.CONTROL, "e1") == KEYS.key(Stream.CONTROL) == "test:{0}:control"


@pytest.mark.parametrize(
    "url",
    [
        "redis+sentinel://host:26379/0",
        "redis+clutser://host:6379",
        "redis+cluster://:6379",
        "redis+cluster://host:port",
    ],
)
def test_an_address_that_is_none_is_refused_with_a_reason(url: str) -> None:
    with pytest.raises(Misconfigured):
        Address.parse(url)


def test_a_cluster_is_refused_without_partitions() -> None:
    with pytest.raises((Misconfigured, ValidationError), match="HANDRAISE_PARTITIONS"):
        CommonSettings(redis_url="redis+cluster://host:6379")


def test_another_number_is_refused_with_both_cures(redis_url: str) -> None:
    with Redis.from_url(redis_url) as redis:
        heed(redis, KEYS)
        heed(redis, KEYS)
        for other, cure in ((Keyspace("test", 4), "set HANDRAISE_PARTITIONS=3 for every service"),
                            (Keyspace("test"), "delete the key test:partitions")):  # fmt: skip
            with pytest.raises(OtherPartitions, match=cure):
                heed(redis, other)
        redis.delete("test:partitions")
        heed(redis, Keyspace("test"))
        with pytest.raises(OtherPartitions, match="unset HANDRAISE_PARTITIONS"):
            check(redis, KEYS)


@pytest.mark.asyncio
async def test_who_only_meets_its_redis_later_is_told_then(redis_url: str) -> None:
    redis = connect(redis_url)
    await heed_async(redis, KEYS)
    with pytest.raises(OtherPartitions):
        await heed_async(redis, Keyspace("test", 2))
    await redis.aclose()


def test_a_service_with_another_number_does_not_start(redis_url: str, tmp_path: Path) -> None:
    with Redis.from_url(redis_url) as redis:
        heed(redis, Keyspace("handraise", 3))
    code, line = start("scorer", tmp_path, redis_url=redis_url, partitions="2")
    assert code == 1
    assert "set HANDRAISE_PARTITIONS=3" in line


class Broken(RedisPublisher):
    """Cannot reach one partition."""

    away = ""

    @override
    def publish_documents(self, documents: Sequence[tuple[str, bytes]]) -> None:
        if tag(documents[0][0]) == self.away:
            raise Unavailable("that node is away")
        super().publish_documents(documents)


def test_a_partition_that_is_away_does_not_hold_up_the_others(
    review_database: Database, redis_url: str
) -> None:
    store, drain = SqlStore(review_database, KEYS), OutboxDrain(review_database)
    publisher = Broken(redis_url)
    relay = Relay(drain, publisher, Metrics(CollectorRegistry()), lambda _: None)
    with store.write() as transaction:
        transaction.outbox.put([a_prediction_event(event_id) for event_id in IDS])
    publisher.away = str(KEYS.partition("e0"))
    relay.flush()
    there = {e for e in IDS if KEYS.partition(e) != KEYS.partition("e0")}
    with Redis.from_url(redis_url) as redis:
        lengths = {key: redis.xlen(key) for key in KEYS.all(Stream.PREDICTIONS)}
        assert sum(lengths.values()) == len(there) < len(IDS)
        assert drain.backlog() == len(IDS) - len(there)
        publisher.away = ""
        Relay(drain, publisher, Metrics(CollectorRegistry()), lambda _: None).flush()
        assert sum(redis.xlen(key) for key in KEYS.all(Stream.PREDICTIONS)) == len(IDS)
    assert drain.backlog() == 0
    publisher.close()


def test_what_no_replica_confirms_stays_in_the_outbox(redis_url: str) -> None:
    publisher = RedisPublisher(redis_url, wait_replicas=1)
    with pytest.raises(Unavailable, match="HANDRAISE_WAIT_REPLICAS"):
        publisher.publish_documents([("test:decisions", b"{}")])
    publisher.close()


def test_a_redis_is_known_when_all_its_partitions_are_marked(
    redis_url: str, tmp_path: Path
) -> None:
    transport = RedisTransport(redis_url, KEYS)
    assert transport.sight().marker is None
    transport.mark("us")
    assert transport.sight().marker == "us"
    with Redis.from_url(redis_url) as redis:
        redis.delete(KEYS.marker(1))
    assert transport.sight().marker is None
    transport.close()
