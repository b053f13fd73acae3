"""Rows 18 and 19: the disk is full, or does not take what it was given; no answer is false."""

import pytest

from tests.faults.ground import Ground
from tests.faults.strace import failing


@pytest.mark.parametrize(
    ("calls", "error"),
    [("pwrite64,write", "ENOSPC"), ("fsync,fdatasync", "EIO")],
    ids=["disk full", "not synced"],
)
def test_what_was_answered_is_kept(at: Ground, calls: str, error: str) -> None:
    at.send(10)
    at.wait(lambda: at.left().get("people", 0) == 10)
    first, second, third = at.claim(3)
    at.decide(first)
    review = at.stage.running["review"].pid
    assert review is not None
    journal = at.stage.directory / "review.db-wal"
    traced = at.stage.directory / "strace.log"
    with failing(review, calls, error, journal, traced):
        for claim in (second, third):
            lease = claim["lease"]["id"]
            assert at.try_to_decide(lease, "stay", lease)[0] == 503
    assert "INJECTED" in traced.read_text()
    at.stage.revive()
    assert at.stage.deaths == []
    at.decide(second)
    at.decide(third)
    at.settle()
    assert len(at.told.decided) == 10
