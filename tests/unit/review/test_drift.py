"""Drift: found soon, seldom imagined, and told with what has changed."""

import random
from collections.abc import Callable
from typing import Any

import pytest
from prometheus_client import CollectorRegistry
from river.drift import ADWIN

from services.review.domain.drift import WARM_UP, Monitor, Value, decode, encode
from services.review.domain.drift_words import words
from services.review.domain.drifting import (
    FALSE_ALARM_EVERY,
    Kind,
    Watched,
    nearness,
    surprise,
    thresholds,
)
from services.review.domain.observed import Answer, Event, Model, Prediction, Route, Routed
from services.review.errors import NotFound
from services.review.metrics import Metrics
from services.review.use_cases.drifting import ReadDrift, WatchDrift
from services.review.use_cases.observing import Portion
from services.review.use_cases.projects import KeepProjects
from shared.events import FeatureValue
from tests.builders import NOON, a_project
from tests.fakes.bell import FakeBell
from tests.fakes.clock import FakeClock
from tests.fakes.review_store import FakeStore
from tests.unit.review.voting_desk import OPS

Source = Callable[[random.Random], Value]
LIMIT = 2.0 * FALSE_ALARM_EVERY


def found_after(
    before: Source, after: Source, *, one_sided: bool = False, seed: int = 2
) -> int | None:
    """How many values after 1000 ordinary ones it took to notice; None: not within 300."""
    draw, monitor = random.Random(seed), Monitor(one_sided=one_sided)  # noqa: S311 - planted
    for _ in range(1000):
        monitor.observe(before(draw), draw.random())
        assert monitor.evidence < LIMIT
    for count in range(300):
        monitor.observe(after(draw), draw.random())
        if monitor.evidence >= LIMIT:
            return count
    return None


def wrong(share: float, doubt: float = 0.2) -> Source:
    """Surprises of a model that says it is wrong so often on average, and is with another share."""

    def draw_one(draw: random.Random) -> Value:
        said = draw.betavariate(10 * doubt, 10 * (1 - doubt))
        is_wrong = draw.random() < min(1.0, said * share / doubt)
        return surprise(float(is_wrong), said, draw.random())

    return draw_one


def number(mean: float, missing: float = 0.0) -> Source:
    return lambda draw: None if draw.random() < missing else draw.gauss(mean, 1)


def category(*weights: float) -> Source:
    return lambda draw: draw.choices(["a", "b", "c"], weights)[0]


@pytest.mark.parametrize(
    ("before", "after", "one_sided"),
    [
        (wrong(0.2), wrong(0.4), True),
        (wrong(0.1, doubt=0.1), wrong(0.3, doubt=0.1), True),
        (number(0), number(1), False),
        (number(0), number(-1), False),
        (number(0), number(0, missing=0.3), False),
        (category(6, 3, 1), category(3, 3, 4), False),
    ],
)
def test_a_planted_drift_is_found_within_300_values(
    before: Source, after: Source, one_sided: bool
) -> None:
    found = found_after(before, after, one_sided=one_sided)
    assert found is not None


def test_what_becomes_better_raises_no_alarm() -> None:
    assert found_after(wrong(0.4), wrong(0.05), one_sided=True) is None


def test_harder_cases_of_a_model_that_knows_it_raise_no_alarm() -> None:
    easy, hard = wrong(0.05, doubt=0.05), wrong(0.4, doubt=0.4)
    assert found_after(easy, hard, one_sided=True) is None


def test_adwin_sees_the_same_drift_and_calm() -> None:
    # given a reference of another kind, which is told of errors alone
    draw = random.Random(1)  # noqa: S311 - planted
    reference: Any = ADWIN(delta=1e-5)  # type: ignore[no-untyped-call]
    alarms = []
    for place in range(1300):
        share = 0.2 if place < 1000 else 0.5
        reference.update(float(draw.random() < share))
        alarms += [place] if reference.drift_detected else []

    ours = found_after(wrong(0.2), wrong(0.5), one_sided=True)

    assert ours is not None
    assert 1000 <= alarms[0] < 1300
    assert ours <= alarms[0] - 1000 + 50


def test_a_monitor_is_the_same_after_it_was_kept() -> None:
    draw, monitor = random.Random(2), Monitor()  # noqa: S311 - planted
    for _ in range(WARM_UP + 50):
        monitor.observe(number(0, missing=0.1)(draw), draw.random(), 0.5)
    kept = decode(encode(monitor))
    assert kept == monitor
    for _ in range(50):
        for each in (kept, monitor):
            each.observe(1e100, 0.25, 1.0)
    assert kept.evidence == monitor.evidence > 0


def test_half_of_all_false_alarms_are_allowed_to_accuracy() -> None:
    streams = [
        Watched(Kind.ACCURACY),
        Watched(Kind.ACCURACY, "sex: f"),
        Watched(Kind.SCORE),
        Watched(Kind.DISAGREEMENT),
        Watched(Kind.INPUT, "a"),
        Watched(Kind.INPUT, "b"),
    ]
    limits = thresholds({watched: Monitor() for watched in streams})
    assert limits[streams[0]] == LIMIT
    assert sum(1 / limit for limit in limits.values()) == pytest.approx(1 / FALSE_ALARM_EVERY)
    assert (nearness(0, LIMIT), nearness(LIMIT, LIMIT), nearness(1e300, LIMIT)) == (0, 1, 1)


def told(kind: Kind, subject: str, before: Source, after: Source) -> str:
    draw, monitor = random.Random(3), Monitor()  # noqa: S311 - planted
    for place in range(1500):
        value = (before if place < 1200 else after)(draw)
        monitor.observe(value, draw.random(), value if isinstance(value, float) else 0.0)
    return words(Watched(kind, subject), monitor)


def test_what_has_changed_is_said_in_words() -> None:
    assert told(Kind.INPUT, "tenure", number(40), number(20)).startswith("tenure: 2")
    missing = told(Kind.INPUT, "tenure", number(40), number(40, missing=0.9))
    assert missing.startswith("tenure: missing in ")
    plan = told(Kind.INPUT, "plan", category(9, 1, 0), category(1, 9, 0))
    assert "\u201c" in plan
    rare = told(Kind.INPUT, "plan", category(1, 0, 0), category(0, 1, 0))
    assert rare.startswith("plan: ")
    assert words(Watched(Kind.INPUT, "plan"), Monitor()) == "plan: nothing is known yet."
    errors = told(Kind.ACCURACY, "sex: f", wrong(0), wrong(1))
    assert "of the latest answers where sex: f" in errors
    assert told(Kind.SCORE, "", number(0.5), number(0.9)).startswith("The model's highest")
    assert told(Kind.DISAGREEMENT, "", number(0), number(0)).startswith("Reviewers disagreed")


class Watching:
    """A store whose streams are watched, as if the ledger were read a portion at a time."""

    def __init__(self) -> None:
        self.store, self.registry = FakeStore(), CollectorRegistry()
        KeepProjects(self.store, FakeBell(), FakeClock()).apply(
            a_project("churn", slices=["contract"]), OPS
        )
        self.watch = WatchDrift(Metrics(self.registry))
        self.count = 0

    def answered(self, *labels: str, tenure: float) -> None:
        """Events that the model held for `leave` with 80 %, and what people said."""
        events = [self._event(tenure) for _ in labels]
        answers = [
            Answer(event, label, None, (label, "stay"), NOON)
            for event, label in zip(events, labels, strict=True)
        ]
        with self.store.write() as transaction:
            self.watch.see(transaction, Portion(events, answers))(transaction)

    def _event(self, tenure: float) -> Event:
        self.count += 1
        features: dict[str, FeatureValue] = {"tenure": tenure, "contract": "monthly"}
        prediction = Prediction({"stay": 0.2, "leave": 0.8}, Model(1), features)
        routed = Routed(prediction, Route("review", "uncertain", 1))
        return Event("churn", f"e{self.count}", routed, NOON)


def test_a_model_that_turns_wrong_is_noticed_with_the_field_that_changed() -> None:
    # given a model that is wrong as often as it says, until another tenure comes in
    desk = Watching()
    for _ in range(25):
        desk.answered(*(4 * ["leave", "leave", "leave", "leave", "stay"]), tenure=3)
    before = ReadDrift(desk.store)("churn")
    for _ in range(5):
        desk.answered(*(4 * ["leave", "stay", "stay", "stay", "stay"]), tenure=30)

    found = ReadDrift(desk.store)("churn")

    assert before.alarms == []
    alarms = {alarm.watched: alarm.words for alarm in found.alarms}
    assert alarms[Watched(Kind.ACCURACY)].startswith("The model was wrong on ")
    assert alarms[Watched(Kind.INPUT, "tenure")].startswith("tenure: ")
    assert Watched(Kind.INPUT, "contract") not in alarms
    labels = {"project": "churn", "kind": "accuracy"}
    assert (desk.registry.get_sample_value("handraise_drift_alarms_total", labels) or 0) >= 1


def test_streams_are_told_those_nearest_to_an_alarm_first() -> None:
    desk = Watching()
    for _ in range(9):
        desk.answered(*(5 * ["leave", "leave", "leave", "leave", "stay"]), tenure=3)

    streams = ReadDrift(desk.store)("churn").streams

    assert {stream.watched for stream in streams} == {
        Watched(Kind.ACCURACY),
        Watched(Kind.ACCURACY, "contract: monthly"),
        Watched(Kind.DISAGREEMENT),
        Watched(Kind.SCORE),
        Watched(Kind.INPUT, "tenure"),
        Watched(Kind.INPUT, "contract"),
    }
    nears = [stream.nearness for stream in streams]
    assert nears == sorted(nears, reverse=True)
    assert all(stream.seen == 25 for stream in streams)


def test_nothing_is_known_of_a_new_project_or_one_that_is_not_there() -> None:
    desk = Watching()
    assert list(ReadDrift(desk.store)("churn").streams) == []
    with pytest.raises(NotFound):
        ReadDrift(desk.store)("loans")
