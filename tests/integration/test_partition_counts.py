"""What the command line says where the streams are divided otherwise than it was told."""

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from redis import Redis

from shared.layout import heed
from shared.streams import Keyspace, Stream
from tests.unit.handraise.fake_review import TOKEN, FakeReview, serving
from tests.unit.handraise.running import run

PROJECT = "name: p\ntitle: Which?\nlabels: [a, b]\nfields: {size: number}\n"
KEYS = Keyspace("handraise", 3)
SEND = ("send", "events.jsonl", "--project", "p", "--via", "redis")

pytestmark = pytest.mark.redis


@pytest.fixture
def redis(redis_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Redis]:
    """A Redis of three partitions, beside a review service; two are asked for."""
    for name in [name for name in os.environ if name.startswith("HANDRAISE_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    Path("events.jsonl").write_text('{"event_id": "e-1", "size": 1}\n')
    with serving(FakeReview()) as review, Redis.from_url(redis_url) as redis:
        for name, value in {
            "URL": review.url,
            "TOKEN": TOKEN,
            "REDIS_URL": redis_url,
            "PARTITIONS": "2",
        }.items():
            monkeypatch.setenv(f"HANDRAISE_{name}", value)
        Path("p.yaml").write_text(PROJECT)
        run("project", "apply", "p.yaml")
        heed(redis, KEYS)
        yield redis


def test_the_doctor_says_both_cures(redis: Redis, monkeypatch: pytest.MonkeyPatch) -> None:
    looked = partitions()
    assert looked["state"] == "WRONG"
    assert "set HANDRAISE_PARTITIONS=3 for every service and sender" in looked["cure"]
    assert "delete the key handraise:partitions" in looked["cure"]

    monkeypatch.setenv("HANDRAISE_PARTITIONS", "3")
    assert partitions() == {"check": "partitions", "state": "ok", "found": "3", "cure": ""}


def test_events_are_not_sent_where_nobody_looks_for_them(
    redis: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    refused = run(*SEND)
    assert refused.exit_code == 1
    assert "set HANDRAISE_PARTITIONS=3" in refused.stderr
    assert "Traceback" not in refused.stderr
    assert requests(redis) == {}

    monkeypatch.setenv("HANDRAISE_PARTITIONS", "3")
    assert run(*SEND).exit_code == 0
    assert requests(redis) == {KEYS.of(Stream.REQUESTS, "e-1"): 1}


def partitions() -> dict[str, str]:
    """What the doctor finds of them."""
    [found] = [
        row for row in json.loads(run("doctor", "--json").stdout) if row["check"] == "partitions"
    ]
    return dict(found)


def requests(redis: Redis) -> dict[str, int]:
    """How many entries are where, however the streams are divided."""
    keys = sorted(key.decode() for key in redis.scan_iter("*:requests"))
    return {key: redis.xlen(key) for key in keys}
