"""Row 14: Redis answers with errors; readers wait, and go on where they were."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from handraise.diagnosis import examine
from handraise.settings import Settings
from tests.alerts.promtool import ringing
from tests.faults.cluster import empty_node
from tests.faults.ground import Ground
from tests.faults.proxy import Proxy
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
        if harm is read_only:
            at.wait(lambda: at.metric("review", "handraise_outbox_backlog") > 0)
            assert "OutboxBacklog" in ringing(at.metrics("review"))
        cure(redis)
    at.send(10)
    at.settle()
    assert at.stage.deaths == []


def test_a_node_of_a_cluster_is_named_and_waited_for(
    way: tuple[Ground, Proxy], tmp_path: Path
) -> None:
    at, between = way
    at.send(10)
    at.wait(lambda: at.left().get("people", 0) == 10)
    with empty_node(tmp_path / "cluster") as port:
        alone, between.target = between.target, port
        between.lose()
        at.accept(5)
        for claim in at.claim(5):
            at.decide(claim)
        for service in ("scorer", "review", "retrainer"):
            log = tmp_path / f"{service}.log"
            at.wait(lambda log=log: "one node of a cluster" in log.read_text())  # type: ignore[misc]
        found = examine(Settings(data_dir=tmp_path, redis_url=f"redis://127.0.0.1:{port}/0"))
        (mode,) = [finding for finding in found if finding.check == "redis mode"]
        assert "HANDRAISE_REDIS_URL" in mode.cure
        between.target = alone
        between.lose()
    at.settle()
    assert at.stage.deaths == []
