"""Row 12: Redis cannot write its file any more; what it refuses is kept, and leaves later.

The disk is as full as a limit on the size of files makes it.
"""

import resource
from pathlib import Path

from redis.exceptions import ResponseError

from tests.faults.ground import Ground


def test_what_redis_refuses_is_kept(at: Ground) -> None:
    at.send(20)
    at.wait(lambda: at.left().get("people", 0) == 20)
    redis = at.stage.running["redis"].pid
    assert redis is not None
    unlimited = resource.prlimit(redis, resource.RLIMIT_FSIZE)
    largest = max(f.stat().st_size for f in Path(at.stage.directory, "redis").rglob("*.aof"))
    resource.prlimit(redis, resource.RLIMIT_FSIZE, (largest + 1, unlimited[1]))
    try:
        at.wait(lambda: is_refused(at))
        for claim in at.claim(10):
            at.decide(claim)
        at.wait(lambda: at.metric("review", "handraise_outbox_backlog") >= 20)
    finally:
        resource.prlimit(redis, resource.RLIMIT_FSIZE, unlimited)
    at.settle()


def is_refused(at: Ground) -> bool:
    with at.stage.redis() as redis:
        try:
            redis.set("something", "x" * 100)
        except ResponseError as error:
            return "MISCONF" in str(error)
        return False
