"""Row 4: the retrainer is killed mid-batch; each correction is learned exactly once."""

import pytest

from tests.chaos.campaign import rebuilt
from tests.faults.crash import Crash
from tests.faults.ground import Ground

POINTS = {
    "recorded, not committed": Crash(
        "services.retrainer.adapters.ledger:SqlLedger.append", count=2, after=True
    ),
    "committed, not acknowledged": Crash(
        "services.retrainer.use_cases.recording:RecordCorrections.__call__", after=True
    ),
    "in the middle of learning": Crash("services.retrainer.use_cases.courses:Course.take", 25),
    "written, not recorded": Crash(
        "services.retrainer.adapters.learners:Snapshot.publish", after=True
    ),
    "published, not announced": Crash(
        "services.retrainer.use_cases.publishing:PublishVersion.__call__", count=2, after=True
    ),
    "announced, not noted": Crash(
        "services.retrainer.adapters.publisher:RedisPublisher.publish", count=2, after=True
    ),
}


@pytest.mark.parametrize("crash", POINTS.values(), ids=POINTS.keys())
def test_each_correction_is_learned_once(at: Ground, crash: Crash) -> None:
    at.stage.kill("retrainer", crash)
    at.send(50)
    found = at.settle()
    assert ("retrainer", -9) in at.stage.deaths
    assert len(found.learned) >= 32, "too few for a model"
    assert not rebuilt(at.stage)
