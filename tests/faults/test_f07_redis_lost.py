"""Row 7: Redis loses its last second, or all it had; what is recorded leaves again."""

import json
from typing import Any

from tests.chaos.evidence import backlog
from tests.faults.ground import Ground


def test_everything_leaves_again_and_counts_once(at: Ground) -> None:
    at.send(40)
    at.settle()
    with at.stage.redis() as redis:
        redis.flushall()
        at.wait(lambda: len(subjects(redis, "decisions")) == 40)
        at.wait(lambda: len(subjects(redis, "corrections")) == 40)
        at.wait(lambda: len(subjects(redis, "control")) == 1)
    at.send(10)
    found = at.settle()
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


def subjects(redis: Any, stream: str) -> set[str]:
    entries = redis.xrange(f"handraise:{stream}") if redis.exists(f"handraise:{stream}") else []
    return {json.loads(fields[b"data"])["subject"] for _, fields in entries}
