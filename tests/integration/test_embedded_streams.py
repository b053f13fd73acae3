import json
from collections.abc import Iterator
from pathlib import Path
from typing import cast

import pytest
from redis import Redis
from typer.testing import CliRunner

from handraise.cli import app
from handraise.demo.observer import observing
from handraise.embedded import EmbeddedServer
from handraise.installation import Installation, write_down
from handraise.publish import Publisher
from shared.clock import SystemClock
from shared.connecting import connect_blocking
from shared.events import CloudEvent, EventType, ScoringRequested
from shared.streams import FIELD, Keyspace, Stream
from tests.unit.handraise.conftest import eventually
from tests.unit.handraise.events import a_correction, a_decision, a_version

pytestmark = pytest.mark.redis


@pytest.fixture
def installation(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Installation]:
    server = EmbeddedServer(tmp_path)
    server.start()
    found = Installation("http://127.0.0.1:1", server.url, "handraise")
    write_down(found, tmp_path)
    monkeypatch.setenv("HANDRAISE_DATA_DIR", str(tmp_path))
    yield found
    server.stop()


@pytest.fixture
def redis(installation: Installation) -> Iterator[Redis]:
    with connect_blocking(installation.redis_url) as redis:
        yield redis


def put(redis: Redis, event: CloudEvent) -> str:
    entry = redis.xadd(event.stream.key("handraise"), {FIELD: event.encode()})
    assert isinstance(entry, bytes)
    return entry.decode()


def test_events_are_published_as_anybody_may_read_them(redis: Redis) -> None:
    publisher = Publisher(redis, keys=Keyspace("handraise"), project="p", clock=SystemClock())

    publisher.send([ScoringRequested(event_id=f"e{n}", features={"size": n}) for n in range(3)])

    entries = cast(
        "list[tuple[bytes, dict[bytes, bytes]]]", redis.xrange(Stream.REQUESTS.key("handraise"))
    )
    events = [CloudEvent.decode(fields[FIELD]) for _, fields in entries]
    assert [event.subject for event in events] == ["e0", "e1", "e2"]
    assert {event.type for event in events} == {EventType.SCORING_REQUESTED}
    assert events[2].data == ScoringRequested(event_id="e2", features={"size": 2})


def test_an_observer_counts_what_came_before_it_and_what_comes_after(
    redis: Redis, installation: Installation
) -> None:
    put(redis, a_decision("e1"))
    redis.xadd(Stream.DECISIONS.key("handraise"), {FIELD: b"not an event"})

    with observing(installation, "p", {"e1": "a", "e2": "a"}) as observer:
        assert observer.tally.decided == {"e1"}

        put(redis, a_decision("e2"))
        put(redis, a_correction("e2", 4))
        put(redis, a_version(1, learned_up_to=4))

        eventually(lambda: observer.tally.version == 1)
        eventually(lambda: observer.tally.decided == {"e1", "e2"})
        eventually(lambda: len(observer.tally.corrections) == 1)


def test_the_doctor_finds_a_redis_that_evicts(redis: Redis) -> None:
    redis.config_set("maxmemory-policy", "allkeys-lru")

    result = CliRunner().invoke(app, ["doctor", "--json"])

    wrong = {row["check"]: row["cure"] for row in json.loads(result.stdout) if row["cure"]}
    assert result.exit_code == 1
    assert "noeviction" in wrong["redis maxmemory-policy"]
    assert "handraise up" in wrong["review"]
