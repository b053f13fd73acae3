"""Row 11: Redis is out of memory; the outbox grows and says so, and empties afterwards."""

from tests.alerts.promtool import rings
from tests.faults.ground import Ground


def test_the_outbox_waits(at: Ground) -> None:
    at.send(20)
    at.wait(lambda: at.left().get("people", 0) == 20)
    with at.stage.redis() as redis:
        redis.config_set("maxmemory", int(redis.info("memory")["used_memory"]) // 2)
        for claim in at.claim(10):
            at.decide(claim)
        assert len(at.told.decided) == 10
        at.wait(lambda: at.metric("review", "handraise_outbox_backlog") >= 20)
        assert rings("OutboxBacklog", at.metrics("review"))
        redis.config_set("maxmemory", 0)
    at.settle()
    assert at.stage.deaths == []
