"""Rows 22 and 24: many claim at once, and claims race with decisions; each item has one holder."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from services.review.domain.access import Role, User
from services.review.domain.votes import Answer
from services.review.errors import LeaseLost
from services.review.use_cases.claiming import Claims
from shared.errors import Unavailable
from tests.builders import a_prediction
from tests.faults.desk import Desk

CLAIMANTS, ITEMS, RACES, DAY = 50, 30, 20, 86_400


def test_each_item_is_claimed_once(desk: Desk) -> None:
    desk.route([a_prediction(f"e{number}") for number in range(ITEMS)])
    together = Barrier(CLAIMANTS)

    def claim(number: int) -> list[str]:
        together.wait()
        claims = desk.claim(f"reviewer-{number}", 2).claims
        return [claim.lease.item.event_id for claim in claims]

    with ThreadPoolExecutor(CLAIMANTS) as threads:
        won = [event_id for ids in threads.map(claim, range(CLAIMANTS)) for event_id in ids]
    assert len(won) == len(set(won))
    won += [c.lease.item.event_id for c in desk.claim("late", ITEMS).claims]
    assert sorted(won) == sorted(f"e{number}" for number in range(ITEMS))


def test_what_is_decided_never_comes_back(desk: Desk) -> None:
    for number in range(RACES):
        desk.route([a_prediction(f"e{number}")])
        (held,) = desk.claim("ada", 1).claims
        desk.clock.pass_seconds(DAY)  # ada's lease has ended, and holds until somebody claims
        together = Barrier(2)

        def decide(lease: str = held.lease.id, together: Barrier = together) -> bool:
            together.wait()
            return is_taken(desk, lease, "ada")

        def steal(together: Barrier = together) -> Claims:
            together.wait()
            return desk.claim("ben", 1)

        with ThreadPoolExecutor(2) as threads:
            decided, stolen = threads.submit(decide), threads.submit(steal)
            claims = stolen.result().claims
            assert decided.result() != bool(claims)
        desk.clock.pass_seconds(DAY)
        if claims:
            assert is_taken(desk, claims[0].lease.id, "ben")
        assert not desk.claim("cleo", 1).claims


def is_taken(desk: Desk, lease: str, name: str) -> bool:
    while True:
        try:
            desk.decide(lease, User(name, Role.REVIEWER), Answer("stay"), 0)
        except Unavailable:
            continue
        except LeaseLost:
            return False
        return True
