"""What keeps monitors and alarms must do: in the fake of the unit tests, SQLite and PostgreSQL."""

from services.review.domain.drift import WARM_UP, Monitor
from services.review.domain.drifting import Alarm, Kind, Watched
from services.review.ports import Store
from tests.builders import NOON

ALL, TENURE = Watched(Kind.ACCURACY), Watched(Kind.INPUT, "tenure")


def test_monitors_come_back_as_they_were(store: Store) -> None:
    monitor = Monitor(one_sided=True)
    for number in range(WARM_UP + 5):
        monitor.observe(number % 3 / 7, 0.5, number / 9)
    with store.write() as transaction:
        transaction.drifts.keep("churn", {ALL: Monitor(), TENURE: Monitor(first=[1.5, None])})
        transaction.drifts.keep("churn", {ALL: monitor})
        transaction.drifts.keep("loans", {ALL: Monitor()})
    with store.read() as transaction:
        found = transaction.drifts.monitors("churn")
        assert found == {ALL: monitor, TENURE: Monitor(first=[1.5, None])}
        assert found[ALL].evidence == monitor.evidence


def test_the_newest_alarm_comes_first(store: Store) -> None:
    one, two = Alarm(ALL, "wrong more often", NOON), Alarm(TENURE, "3 of late", NOON)
    with store.write() as transaction:
        transaction.drifts.raise_alarms("churn", [one, two])
        transaction.drifts.raise_alarms("loans", [one])
        transaction.drifts.raise_alarms("loans", [])
        assert transaction.drifts.alarms("churn", 9) == [two, one]
        assert transaction.drifts.alarms("churn", 1) == [two]
