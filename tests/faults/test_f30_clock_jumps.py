"""Row 30: the clock jumps; leases end early or late, and each event still has one decision."""

import pytest

from services.review.domain.access import Role, User
from services.review.errors import LeaseLost
from services.review.use_cases.deciding import Answer
from tests.builders import a_prediction
from tests.faults.desk import Desk

ADA, BEN = User("ada", Role.REVIEWER), User("ben", Role.REVIEWER)
HOUR, DAY = 3600, 86_400


@pytest.mark.parametrize("jump", [-HOUR, HOUR, DAY])
def test_who_works_on_loses_nothing(desk: Desk, jump: int) -> None:
    desk.route([a_prediction("e")])
    (held,) = desk.claim("ada", 1).claims
    desk.clock.pass_seconds(jump)
    decided, _ = desk.decide(held.lease.id, ADA, Answer("stay"), 0)
    assert decided.label == "stay"


def test_after_a_jump_ahead_the_later_holder_decides(desk: Desk) -> None:
    desk.route([a_prediction("e")])
    (held,) = desk.claim("ada", 1).claims
    desk.clock.pass_seconds(DAY)
    (taken,) = desk.claim("ben", 1).claims
    desk.clock.pass_seconds(-DAY)
    with pytest.raises(LeaseLost):
        desk.decide(held.lease.id, ADA, Answer("stay"), 0)
    decided, _ = desk.decide(taken.lease.id, BEN, Answer("leave"), 0)
    assert decided.label == "leave"


def test_after_a_jump_back_an_item_is_kept_longer_and_not_for_two(desk: Desk) -> None:
    desk.route([a_prediction("e")])
    desk.claim("ada", 1)
    desk.clock.pass_seconds(-HOUR)
    assert not desk.claim("ben", 1).claims
    desk.clock.pass_seconds(2 * HOUR)
    assert desk.claim("ben", 1).claims
