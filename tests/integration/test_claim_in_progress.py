"""PostgreSQL lets many claim at once: what is being claimed just now is not `none_for_you`."""

from services.review.domain.queue import EmptyBecause
from services.review.ports import Hold
from tests.builders import a_prediction
from tests.databases import ReviewDatabases
from tests.faults.desk import Desk


def test_the_last_item_is_being_claimed_by_another(review_databases: ReviewDatabases) -> None:
    database = review_databases.on_postgresql()
    desk = Desk(database)
    desk.route([a_prediction("e")])
    now = desk.clock.now()

    # given that ada's claim is not committed yet
    with desk.store.write() as ada:
        (candidate,) = ada.leases.candidates("churn", "ada", now, now, 1)
        assert ada.leases.grant(candidate, Hold("ada", now, sees_model=False), now)
        claims = desk.claim("ben", 1)

    assert claims.empty_because is EmptyBecause.ALL_LEASED
    assert claims.claims == []
    database.close()
