"""Row 1: the scorer is killed anywhere; every event gets its prediction."""

import pytest

from tests.faults.crash import Crash
from tests.faults.ground import Ground

SETTLE = "shared.messaging.lane:settle"


@pytest.mark.parametrize("after", [False, True], ids=["before it settles", "after it has settled"])
def test_every_event_is_decided(at: Ground, after: bool) -> None:
    at.stage.kill("scorer", Crash(SETTLE, after=after))
    at.send(15)
    at.die("scorer")
    at.settle()
