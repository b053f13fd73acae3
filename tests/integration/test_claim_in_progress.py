"""PostgreSQL lets many claim at once: who is second gets what the first does not take."""

from collections.abc import Iterator

import pytest

from services.review.domain.queue import EmptyBecause
from services.review.ports import Hold, Transaction
from tests.builders import a_prediction
from tests.contracts.claims import never
from tests.databases import ReviewDatabases
from tests.faults.desk import Desk


@pytest.fixture
def desk(review_databases: ReviewDatabases) -> Iterator[Desk]:
    """A queue in PostgreSQL."""
    database = review_databases.on_postgresql()
    yield Desk(database)
    database.close()


def begin_to_claim(desk: Desk, ada: Transaction) -> str:
    """The event that ada gets once her transaction is committed."""
    now = desk.clock.now()
    first, *_ = ada.leases.candidates("churn", "ada", now, now, 1)
    lease = ada.leases.grant([first], Hold("ada", now, never), now)
    assert lease is not None
    return lease.item.event_id


def test_the_last_item_is_being_claimed_by_another(desk: Desk) -> None:
    desk.route([a_prediction("e")])

    with desk.store.write() as ada:
        begin_to_claim(desk, ada)
        claims = desk.claim("ben", 1)

    assert claims.empty_because is EmptyBecause.ALL_LEASED
    assert claims.claims == []


def test_what_another_is_claiming_is_passed_over(desk: Desk) -> None:
    desk.route([a_prediction(event) for event in ("d", "e", "f")])

    with desk.store.write() as ada:
        hers = begin_to_claim(desk, ada)
        claims = desk.claim("ben", 3)

    got = {claim.lease.item.event_id for claim in claims.claims}
    assert got == {"d", "e", "f"} - {hers}
