"""Row 33: ten times as much as usual at once; memory stays bounded, and all of it is done."""

import psutil

from tests.faults.ground import Ground

EVENTS = 5_000
MOST_BYTES = 400e6


def test_memory_is_bounded_and_everything_is_routed(at: Ground) -> None:
    at.send(EVENTS)
    most = 0
    while at.left().keys() - {"people"}:
        for name in ("scorer", "review"):
            most = max(most, psutil.Process(at.stage.running[name].pid).memory_info().rss)
    assert at.left() == {"people": EVENTS}
    assert most < MOST_BYTES
