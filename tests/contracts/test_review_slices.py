"""What keeps counts by slice must do: in the fake of the unit tests, SQLite and PostgreSQL."""

from services.review.domain.slices import Cell, Count
from services.review.ports import Store

STAY = Cell("sex", "f", "stay")
RIGHT = Cell("sex", "f", "stay", "stay")


def test_counts_add_up(store: Store) -> None:
    with store.write() as transaction:
        counts = transaction.slice_counts
        assert counts.of("churn") == {}
        counts.add("churn", {STAY: Count(2, 1, 2.0, 2.0), RIGHT: Count(1, 0, 50.0, 2500.0)})
        counts.add("loans", {STAY: Count(9)})
    with store.write() as transaction:
        transaction.slice_counts.add("churn", {RIGHT: Count(-1, 0, -50.0, -2500.0), STAY: Count(1)})
        transaction.slice_counts.add("churn", {})
    with store.read() as transaction:
        assert transaction.slice_counts.of("churn") == {
            STAY: Count(3, 1, 2.0, 2.0),
            RIGHT: Count(0, 0, 0.0, 0.0),
        }
