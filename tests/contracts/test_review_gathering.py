"""Gathering what is alike: in the fake of the unit tests, SQLite and PostgreSQL."""

import pytest

from services.review.domain.access import Role, User
from services.review.errors import NotFound
from services.review.ports import Store
from services.review.use_cases.claiming import Wish
from services.review.use_cases.projects import KeepProjects
from tests.builders import a_prediction, a_project
from tests.fakes.bell import FakeBell
from tests.fakes.clock import FakeClock
from tests.fakes.review_workers import Workers

ADA, BEN = User("ada", Role.REVIEWER), User("ben", Role.REVIEWER)
LEA, OPS = User("lea", Role.LEAD), User("olga", Role.OPS)


def test_what_is_alike_is_held_wherever_it_waits(store: Store) -> None:
    # given items of two kinds, mixed; Ada holds the first, Ben and Ada one more each
    desk = Workers(store, FakeBell(), FakeClock())
    KeepProjects(store, FakeBell(), FakeClock()).apply(a_project("churn"), OPS)
    desk.route(
        [a_prediction(f"e{n}", leave=0.55, tenure=121 + n if n % 2 else 3) for n in range(20)]
    )
    (held,) = desk.work.claim(Wish("churn", 1), ADA).claims
    (others,) = desk.work.claim(Wish("churn", 1), BEN).claims
    assert [c.lease.item.event_id for c in (held, others)] == ["e0", "e1"]

    # when Ada gathers what is like hers, twice
    first = desk.gather("churn", [held.lease.id], 4, ADA)
    second = desk.gather("churn", [held.lease.id], 50, ADA)

    assert {claim.case.features["tenure"] for claim in first.claims} == {3}
    assert (len(first.claims), first.looked_at) == (4, 18)
    gathered = {claim.lease.item.event_id for claim in (*first.claims, *second.claims)}
    assert gathered == {f"e{n}" for n in range(2, 20, 2)}
    assert {claim.lease.holder for claim in second.claims} == {"ada"}
    assert (first.like, second.like) == (held.lease.id, held.lease.id)
    assert desk.gather("churn", [held.lease.id], 50, ADA).claims == []

    # and Ben, whose numbers differ in their last figures only: from 121 to 124 it is one number
    alike = desk.gather("churn", [others.lease.id], 50, BEN).claims
    assert [claim.case.features["tenure"] for claim in alike] == [124]
    with pytest.raises(NotFound):
        desk.gather("churn", [held.lease.id], 1, BEN)


def test_of_several_it_is_the_one_to_which_most_is_alike(store: Store) -> None:
    desk = Workers(store, FakeBell(), FakeClock())
    KeepProjects(store, FakeBell(), FakeClock()).apply(a_project("churn"), OPS)
    for event, tenure in enumerate((10, 20, 30, 20, 30, 30)):
        desk.route([a_prediction(f"e{event}", leave=0.55, tenure=tenure)])
    held = desk.work.claim(Wish("churn", 3), ADA).claims
    leases = [claim.lease.id for claim in held]

    found = desk.gather("churn", leases, 50, ADA)

    assert {claim.lease.item.event_id for claim in found.claims} == {"e4", "e5"}
    assert found.like == leases[2]
    assert desk.gather("churn", leases[:1], 50, ADA).like is None
    with pytest.raises(NotFound):
        desk.gather("churn.leads", leases, 50, LEA)
