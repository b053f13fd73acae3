"""Row 30: the clock jumps; leases end early or late, and each event still has one decision."""

import pytest

from services.review.domain.access import Role, User
from services.review.domain.ledger import Entry, Kind
from services.review.domain.votes import Answer
from services.review.errors import LeaseLost
from tests.builders import a_prediction
from tests.faults.desk import Desk

ADA, BEN = User("ada", Role.REVIEWER), User("ben", Role.REVIEWER)
HOUR, DAY = 3600, 86_400


@pytest.mark.parametrize("jump", [-HOUR, HOUR, DAY])
def test_who_works_on_loses_nothing(desk: Desk, jump: int) -> None:
    desk.route([a_prediction("e")])
    (held,) = desk.claim("ada", 1).claims
    desk.clock.pass_seconds(jump)
    outcome, _ = desk.decide(held.lease.id, ADA, Answer("stay"), 0)
    assert outcome.decided is not None
    assert outcome.decided.label == "stay"


def test_after_a_jump_ahead_the_later_holder_decides(desk: Desk) -> None:
    desk.route([a_prediction("e")])
    (held,) = desk.claim("ada", 1).claims
    desk.clock.pass_seconds(DAY)
    (taken,) = desk.claim("ben", 1).claims
    desk.clock.pass_seconds(-DAY)
    with pytest.raises(LeaseLost):
        desk.decide(held.lease.id, ADA, Answer("stay"), 0)
    outcome, _ = desk.decide(taken.lease.id, BEN, Answer("leave"), 0)
    assert outcome.decided is not None
    assert outcome.decided.label == "leave"


def test_after_a_jump_back_an_item_is_kept_longer_and_not_for_two(desk: Desk) -> None:
    desk.route([a_prediction("e")])
    desk.claim("ada", 1)
    desk.clock.pass_seconds(-HOUR)
    assert not desk.claim("ben", 1).claims
    desk.clock.pass_seconds(2 * HOUR)
    assert desk.claim("ben", 1).claims


def test_after_a_day_ahead_every_open_lease_may_be_taken_and_each_item_is_decided_once(
    desk: Desk,
) -> None:
    desk.route([a_prediction(f"e{number}") for number in range(10)])
    held = desk.claim("ada", 10).claims
    desk.clock.pass_seconds(DAY)
    taken = desk.claim("ben", 4).claims
    lost = {claim.lease.item.event_id for claim in taken}
    for claim in held:
        if claim.lease.item.event_id in lost:
            with pytest.raises(LeaseLost):
                desk.decide(claim.lease.id, ADA, Answer("stay"), 0)
        else:
            desk.decide(claim.lease.id, ADA, Answer("stay"), 0)
    for claim in taken:
        desk.decide(claim.lease.id, BEN, Answer("leave"), 0)
    assert len(decisions(desk)) == len({entry.subject for entry in decisions(desk)}) == 10


def test_ids_and_places_stay_unique_however_the_clock_jumps(desk: Desk) -> None:
    leases = set()
    for number, jump in enumerate((0, -HOUR, DAY, -DAY, HOUR)):
        desk.clock.pass_seconds(jump)
        desk.route([a_prediction(f"e{number}")])
        (claim,) = desk.claim("ada", 1).claims
        leases.add(claim.lease.id)
        desk.decide(claim.lease.id, ADA, Answer("stay"), 0)
    places = [entry.sequence for entry in decisions(desk)]
    assert len(leases) == len(set(places)) == 5
    assert [entry.subject for entry in decisions(desk)] == [f"e{number}" for number in range(5)]


def decisions(desk: Desk) -> list[Entry]:
    """In the order of the ledger."""
    with desk.store.read() as transaction:
        said = transaction.history.said(0, 1000)
    return [entry for _, entry in said if entry.kind is Kind.DECIDED]
