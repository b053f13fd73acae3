"""Row 6: Redis is killed, its append-only file is on; nothing is lost."""

from tests.faults.ground import Ground


def test_nothing_is_lost(at: Ground) -> None:
    for _ in range(4):
        at.send(10)
        at.stage.kill("redis")
        at.wait(at.stage.is_ready)
        for claim in at.claim(5):
            at.decide(claim)
    at.settle()
    assert len(at.told.decided) == 40
