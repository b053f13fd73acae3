"""Row 3: the outbox's relay is killed; every decision emits its correction."""

import pytest

from tests.faults.crash import Crash
from tests.faults.ground import Ground

PUBLISH = "services.review.adapters.publisher:RedisPublisher.publish_documents"


@pytest.mark.parametrize("after", [False, True], ids=["before Redis has it", "after Redis has it"])
def test_what_was_decided_leaves(at: Ground, after: bool) -> None:
    at.send(10)
    at.wait(lambda: at.left().get("people", 0) == 10)
    at.stage.kill("review", Crash(PUBLISH, count=1, after=after))
    found = at.settle()
    assert ("review", -9) in at.stage.deaths
    assert len(found.corrections) == 10
    said = sum(map(len, found.decisions.values()))
    assert said > 10 or not after, "what had left was not sent again: the crash came too late"
