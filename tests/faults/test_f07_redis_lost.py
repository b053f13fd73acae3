"""Row 7: Redis loses its last second, or all it had; what is recorded leaves again."""

import itertools
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx

from tests.alerts.promtool import ringing, rings
from tests.chaos.evidence import backlog
from tests.chaos.senders import PROJECT, features
from tests.faults.ground import PATIENCE_SECONDS, Ground

LOSSES, BATCH = 2, 5


def test_everything_leaves_again_and_counts_once(at: Ground) -> None:
    at.send(40)
    at.settle()
    before = at.metrics("review")
    healthy = {job: ringing(at.metrics(job), job=job) for job in ("scorer", "review", "retrainer")}
    assert healthy == {job: set() for job in healthy}
    with at.stage.redis() as redis:
        redis.flushall()
        at.wait(lambda: len(subjects(redis, "decisions")) == 40)
        at.wait(lambda: len(subjects(redis, "corrections")) == 40)
        at.wait(lambda: len(subjects(redis, "control")) == 1)
    at.send(10)
    found = at.settle()
    assert rings("RedisLost", before, at.metrics("review"))
    assert len(found.learned) == len(set(found.learned)) == len(found.corrections)


def test_a_lost_second_leaves_again(at: Ground) -> None:
    at.send(40)
    at.wait(lambda: at.left().get("people", 0) == 40)
    for claim in at.claim(20):
        at.decide(claim)
    at.wait(lambda: not backlog(at.stage))
    at.stage.running["redis"].kill()
    at.stage.running["redis"].join()
    [file] = (at.stage.directory / "redis" / "appendonlydir").glob("*.incr.aof")
    written = file.read_bytes()
    first = written.index(b"decision.made.v1")
    file.write_bytes(written[: written.rindex(b"*", 0, written.rindex(b"XADD", 0, first))])
    at.stage.start("redis")
    at.wait(at.stage.is_ready)
    with at.stage.redis() as redis:
        at.wait(lambda: len(subjects(redis, "decisions")) == 20)
        at.wait(lambda: len(subjects(redis, "corrections")) == 20)
    at.settle()
    assert at.metric("review", "handraise_redis_refilled_total") == 1


def test_its_files_are_deleted_under_load(at: Ground) -> None:
    with upstream(at):
        for times in range(1, LOSSES + 1):
            work_on(at)
            at.stage.lose_redis()
            at.wait(lambda times=times: refilled(at) == times)  # type: ignore[misc]
        work_on(at)
    at.settle()


def test_what_was_accepted_over_http_survives_a_torn_file(at: Ground) -> None:
    """As a crash of the machine leaves it: the end of the file never reached the disk."""
    with upstream(at):
        for times in range(1, LOSSES + 1):
            work_on(at)
            at.stage.running["redis"].kill()
            at.stage.running["redis"].join()
            [file] = (at.stage.directory / "redis" / "appendonlydir").glob("*.incr.aof")
            written = file.read_bytes()
            file.write_bytes(written[: -len(written) // 4])
            at.stage.start("redis")
            at.wait(lambda times=times: refilled(at) == times)  # type: ignore[misc]
        work_on(at)
    at.settle()


def test_a_scorer_that_starts_on_an_empty_redis_waits_for_the_projects(at: Ground) -> None:
    at.send(5)
    at.settle()
    for service in ("review", "scorer"):
        at.stage.running[service].kill()
        at.stage.running[service].join()
    with at.stage.redis() as redis:
        redis.flushall()
        at.send(10)
        at.stage.start("scorer")
        at.wait(lambda: b"does review run" in (at.stage.directory / "scorer.log").read_bytes())
        assert not redis.exists("handraise:dead-letters")
    at.stage.start("review")
    at.wait(at.stage.is_ready)
    at.settle()


def refilled(at: Ground) -> float:
    return at.metric("review", "handraise_redis_refilled_total")


def work_on(at: Ground) -> None:
    """Some events more are accepted, and some items decided."""
    before = len(at.told.acknowledged)
    at.wait(lambda: len(at.told.acknowledged) >= before + 4 * BATCH)
    for claim in at.claim(10):
        at.decide(claim)


@contextmanager
def upstream(at: Ground) -> Iterator[None]:
    """Meanwhile events are sent over HTTP, each until it is accepted."""
    enough = threading.Event()
    sending = threading.Thread(target=send_until, args=(at, enough))
    sending.start()
    try:
        yield
    finally:
        enough.set()
        sending.join(PATIENCE_SECONDS)


def send_until(at: Ground, enough: threading.Event) -> None:
    with at.stage.api() as api:
        for start in itertools.count(step=BATCH):
            if enough.wait(0.2):
                return
            ids = [f"posted-{number}" for number in range(start, start + BATCH)]
            events = [{"event_id": i, "features": features(i)} for i in ids]
            at.told.sends(ids)
            if is_accepted(api, events):
                at.told.acknowledges(ids)


def is_accepted(api: httpx.Client, events: list[dict[str, Any]]) -> bool:
    try:
        answer = api.post(f"/v1/projects/{PROJECT.name}/requests", json={"events": events})
    except httpx.HTTPError:
        return False
    return answer.status_code == 202


def subjects(redis: Any, stream: str) -> set[str]:
    entries = redis.xrange(f"handraise:{stream}") if redis.exists(f"handraise:{stream}") else []
    return {json.loads(fields[b"data"])["subject"] for _, fields in entries}
