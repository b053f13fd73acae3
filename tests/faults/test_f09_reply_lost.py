"""Row 9: Redis has done what it was asked for, and its reply is lost; the effect is one."""

from tests.faults.ground import Ground
from tests.faults.proxy import Proxy

LOST = 3


def test_what_review_sends_twice_counts_once(way: tuple[Ground, Proxy]) -> None:
    at, between = way
    between.marker, between.swallow = b'"type":"decision.made.v1"', LOST
    at.send(10)
    found = at.settle()
    assert between.swallowed == LOST
    assert sum(map(len, found.decisions.values())) > len(found.decisions) == 10


def test_what_the_scorer_settles_twice_is_there_once(way: tuple[Ground, Proxy]) -> None:
    at, between = way
    between.marker, between.swallow = b'"type":"prediction.made.v1"', LOST
    for _ in range(LOST):
        at.send(5)
        at.wait(lambda: not at.left().keys() & {"events"} or at.left().get("people", 0) > 0)
    at.settle()
    assert between.swallowed > 0
    with at.stage.redis() as redis:
        assert redis.xlen("handraise:predictions") == 5 * LOST
