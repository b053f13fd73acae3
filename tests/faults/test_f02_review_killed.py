"""Row 2: review is killed around a commit; a decision that was answered is never lost."""

import pytest

from tests.faults.crash import Crash
from tests.faults.ground import Ground


@pytest.mark.parametrize(
    "crash",
    [
        Crash("services.review.use_cases.deciding:DecideItem._vote", count=3, after=True),
        Crash("services.review.adapters.hands:_tell", count=5),
        Crash("services.review.use_cases.routing:RoutePredictions.__call__", count=1, after=True),
    ],
    ids=["decided, not committed", "committed, not answered", "routed, not acknowledged"],
)
def test_what_was_answered_stands_and_a_retry_gives_the_same(at: Ground, crash: Crash) -> None:
    at.send(10)
    at.wait(lambda: at.left().get("people", 0) == 10)
    at.stage.kill("review", crash)
    at.send(5)
    found = at.settle()
    assert ("review", -9) in at.stage.deaths
    assert len(at.told.decided) == 15
    assert len(found.votes) == 15
