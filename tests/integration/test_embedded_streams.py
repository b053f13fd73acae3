import base64
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import cast

import pytest
from redis import Redis
from typer.testing import CliRunner

from handraise.cli import app
from handraise.demo.observer import observing
from handraise.embedded import EmbeddedServer, connect
from handraise.installation import Installation, write_down
from handraise.publish import Publisher
from shared.clock import SystemClock
from shared.events import (
    CloudEvent,
    EventDeadLettered,
    EventType,
    ScoringRequested,
    announce,
)
from shared.streams import FIELD, Stream
from tests.unit.handraise.conftest import eventually
from tests.unit.handraise.events import a_correction, a_decision, a_version

pytestmark = pytest.mark.redis
AT = datetime(2026, 1, 1, tzinfo=UTC)


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
    with connect(installation.redis_url) as redis:
        yield redis


def put(redis: Redis, event: CloudEvent) -> str:
    entry = redis.xadd(event.stream.key("handraise"), {FIELD: event.encode()})
    assert isinstance(entry, bytes)
    return entry.decode()


def test_events_are_published_as_anybody_may_read_them(redis: Redis) -> None:
    publisher = Publisher(redis, prefix="handraise", project="p", clock=SystemClock())

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


def test_dead_letters_are_listed_and_shown_with_the_original(redis: Redis) -> None:
    letter = EventDeadLettered(
        stream="requests",
        entry_id="1-1",
        reason="malformed",
        error="Malformed",
        message="data: missing",
        attempts=1,
        original_base64=base64.b64encode(b'{"half": ').decode(),
    )
    entry = put(
        redis,
        announce(
            EventType.EVENT_DEAD_LETTERED,
            letter,
            project="p",
            identity="1-1",
            source="scorer",
            time=AT,
        ),
    )
    redis.xadd(Stream.DEAD_LETTERS.key("handraise"), {FIELD: b"damaged"})

    rows = json.loads(CliRunner().invoke(app, ["dead-letters", "list", "--json"]).stdout)
    shown = json.loads(CliRunner().invoke(app, ["dead-letters", "show", entry, "--json"]).stdout)

    assert [row["reason"] for row in rows] == ["unreadable", "malformed"]
    assert shown["original"] == '{"half": '
    assert "data: missing" in CliRunner().invoke(app, ["dead-letters", "show", entry]).stdout


def test_a_dead_letter_that_is_not_there_is_an_error(installation: Installation) -> None:
    result = CliRunner().invoke(app, ["dead-letters", "show", "9-9"])

    assert result.exit_code == 1
    assert "no dead letter 9-9" in result.stderr


def test_the_doctor_finds_a_redis_that_evicts(redis: Redis) -> None:
    redis.config_set("maxmemory-policy", "allkeys-lru")

    result = CliRunner().invoke(app, ["doctor", "--json"])

    wrong = {row["check"]: row["cure"] for row in json.loads(result.stdout) if row["cure"]}
    assert result.exit_code == 1
    assert "noeviction" in wrong["redis maxmemory-policy"]
    assert "handraise up" in wrong["review"]
