"""`handraise subject`."""

from tests.unit.handraise.fake_review import FakeReview
from tests.unit.handraise.running import run


def test_subjects_are_erased(review: FakeReview) -> None:
    result = run("subject", "erase", "churn", "c-17", "c-18", "--reason", "asked")
    assert result.exit_code == 0
    assert result.stdout.startswith("erased in 2 entries of the ledger, 0 dead letters and 3")
    assert review.erased == [{"event_ids": ["c-17", "c-18"], "reason": "asked"}]


def test_a_reason_is_needed(review: FakeReview) -> None:
    assert run("subject", "erase", "churn", "c-17").exit_code == 2
    assert review.erased == []
