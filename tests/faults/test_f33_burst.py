"""Row 33: ten times as much as usual at once; memory stays bounded, and all of it is done."""

import psutil

from tests.chaos.evidence import backlog, waiting
from tests.faults.ground import Ground

EVENTS = 5_000
MOST_BYTES = 400e6


def test_memory_is_bounded_and_everything_is_routed(at: Ground) -> None:
    at.send(EVENTS)
    used: list[int] = []

    def is_routed() -> bool:
        used.extend(memory(at, name) for name in ("scorer", "review"))
        return waiting(at.stage) == EVENTS and not backlog(at.stage)

    at.wait(is_routed)
    assert max(used) < MOST_BYTES


def memory(at: Ground, name: str) -> int:
    return psutil.Process(at.stage.running[name].pid).memory_info().rss
