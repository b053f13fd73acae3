"""Row 13: a replica that lacks the newest takes the primary's place; what it lacks comes again."""

from tests.faults.ground import Ground
from tests.faults.proxy import Proxy
from tests.faults.replica import replica

DECISIONS = "handraise:decisions"


def test_what_the_replica_lacks_is_sent_again(way: tuple[Ground, Proxy]) -> None:
    at, between = way
    at.send(40)
    at.wait(lambda: at.left().get("people", 0) == 40)
    with replica(at.stage) as second:
        with second.link.cut():
            for claim in at.claim(20):
                at.decide(claim)
            accepted = at.accept(10)
            at.wait(lambda: at.left().get("people", 0) >= 20 + len(accepted) // 2)
            at.wait(lambda: second.lacks(DECISIONS) >= 20)
            second.replace_primary(between)
        with at.stage.redis() as redis:
            assert redis.xlen(DECISIONS) == 0
            at.wait(lambda: redis.xlen(DECISIONS) >= 20)
        found = at.settle()
        assert len(found.decisions) == 50
    assert at.stage.deaths == []
