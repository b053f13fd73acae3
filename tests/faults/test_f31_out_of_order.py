"""Row 31: events come out of order and more than once; the outcome is that of a tidy stream."""

import random
from collections.abc import Sequence

from services.review.domain.ledger import Kind
from shared import wire
from tests.builders import a_prediction
from tests.faults.desk import Desk

COPIES = 3


def test_the_outcome_is_that_of_a_tidy_stream(desk: Desk) -> None:
    tidy = [a_prediction(f"e{number}", leave=sure(number)) for number in range(40)]
    shuffled = tidy * COPIES
    random.Random(1).shuffle(shuffled)  # noqa: S311 - test data
    for start in range(0, len(shuffled), 7):
        assert not any(desk.route(shuffled[start : start + 7]))
    assert outcome(desk, tidy) == [expected(sure(number)) for number in range(40)]
    waiting = desk.claim("ada", 50).claims
    assert len(waiting) == len({claim.lease.item.event_id for claim in waiting})


def outcome(desk: Desk, predictions: Sequence[wire.Prediction]) -> list[list[str]]:
    """What is recorded of each event."""
    with desk.store.read() as transaction:
        stories = [
            transaction.ledger.story("churn", p.data.event_id, list(Kind)) for p in predictions
        ]
    return [[entry.kind.value for entry in story] for story in stories]


def sure(number: int) -> float:
    return (number + 0.5) / 40


def expected(leave: float) -> list[str]:
    return ["routed", "decided"] if abs(2 * leave - 1) >= 0.6 else ["routed"]
