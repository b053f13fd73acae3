"""Row 14: Redis answers with errors; readers wait, and go on where they were."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.faults.ground import Ground
from tests.servers import free_port


def no_group(redis: Any) -> None:
    for stream, group in (("requests", "scorer"), ("predictions", "review")):
        redis.xgroup_destroy(f"handraise:{stream}", group)


def wrong_type(redis: Any) -> None:
    redis.rename("handraise:predictions", "kept")
    redis.set("handraise:predictions", "not a stream")


def right_type(redis: Any) -> None:
    redis.rename("kept", "handraise:predictions")


def read_only(redis: Any) -> None:
    redis.execute_command("REPLICAOF", "127.0.0.1", free_port())


def primary(redis: Any) -> None:
    redis.execute_command("REPLICAOF", "NO", "ONE")


def nothing(_: Any) -> None:
    return None


@pytest.mark.parametrize(
    ("harm", "cure"),
    [(no_group, nothing), (wrong_type, right_type), (read_only, primary)],
    ids=["NOGROUP", "WRONGTYPE", "READONLY"],
)
def test_readers_go_on(
    at: Ground, harm: Callable[[Any], None], cure: Callable[[Any], None]
) -> None:
    at.send(10)
    at.wait(lambda: at.left().get("people", 0) == 10)
    with at.stage.redis() as redis:
        harm(redis)
        for claim in at.claim(5):
            at.decide(claim)
        if cure is nothing:
            at.send(10)
        if harm is not no_group:  # which is mended too soon to be seen
            log = at.stage.directory / "review.log"
            at.wait(lambda: "_failed" in log.read_text())
        cure(redis)
    at.send(10)
    at.settle()
    assert at.stage.deaths == []
