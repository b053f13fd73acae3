"""Row 32: SIGTERM in the middle of the work; what is in hand is finished, and no more."""

from tests.chaos.evidence import GROUPS
from tests.faults.ground import Ground


def test_nothing_is_left_in_hand(at: Ground) -> None:
    at.send(150)
    codes = at.stage.stop()
    assert codes == {"scorer": 0, "review": 0, "retrainer": 0}
    with at.stage.redis() as redis:
        for stream, group in GROUPS:
            if redis.exists(f"handraise:{stream}"):
                assert redis.xpending(f"handraise:{stream}", group)["pending"] == 0
    at.settle()
    assert at.metric("scorer", "handraise_stream_reclaimed_total") == 0
