"""Slices: what counts say of parts of the events, and of how far these lie apart."""

import random
from collections.abc import Mapping

import numpy as np
import pytest
from fairlearn.metrics import (
    demographic_parity_difference,
    demographic_parity_ratio,
    equalized_odds_difference,
    equalized_odds_ratio,
)
from prometheus_client import CollectorRegistry
from pydantic import ValidationError

from services.review.domain.disparity import Disparity, Tallied, disparity
from services.review.domain.slices import (
    LEAST,
    MOST_VALUES,
    OTHER,
    Cell,
    Count,
    placed,
    report,
    values_of,
)
from services.review.errors import NotFound
from services.review.metrics import Metrics
from services.review.use_cases.observing import Observe
from services.review.use_cases.slicing import CountSlices, ReadSlices
from shared.events import FeatureValue
from tests.builders import a_prediction
from tests.unit.review.voting_desk import ADA, LEA, Desk

LABELS = ("stay", "leave")
DRAW = random.Random(5)  # noqa: S311 - planted, not secret


def counted(events: int, auto: int = 0, weight: float = 1.0) -> Count:
    return Count(events, auto, events * weight, events * weight**2)


def some_events(count: int) -> list[tuple[str, str, str, float]]:
    """Group, prediction, truth, and how many events each stands for."""
    found = []
    for _ in range(count):
        group = DRAW.choice("abc")
        truth = DRAW.choices(LABELS, [1, {"a": 1, "b": 2, "c": 3}[group]])[0]
        predicted = truth if DRAW.random() < {"a": 0.9, "b": 0.7, "c": 0.8}[group] else "leave"
        found.append((group, predicted, truth, DRAW.choice([1.0, 1.0, 20.0])))
    return found


def test_measures_are_those_of_fairlearn() -> None:
    events = some_events(500)
    groups = {}
    for name in "abc":
        ours = [each for each in events if each[0] == name]
        selected = {label: np.mean([p == label for _, p, _, _ in ours]) for label in LABELS}
        answers: dict[tuple[str, str], float] = {}
        for _, predicted, truth, weight in ours:
            answers[predicted, truth] = answers.get((predicted, truth), 0.0) + weight
        groups[name] = Tallied({k: float(v) for k, v in selected.items()}, answers)

    found = disparity(LABELS, [*groups.values()])

    leaves = np.array([t == "leave" for _, _, t, _ in events])
    said = np.array([p == "leave" for _, p, _, _ in events])
    names, weights = [g for g, _, _, _ in events], [w for _, _, _, w in events]
    given = {"sensitive_features": names}
    weighed = given | {"sample_weight": weights}
    turned = (~leaves, ~said)
    assert found.demographic_parity_difference == pytest.approx(
        demographic_parity_difference(leaves, said, **given)
    )
    assert found.demographic_parity_ratio == pytest.approx(
        min(
            demographic_parity_ratio(leaves, said, **given),
            demographic_parity_ratio(*turned, **given),
        )
    )
    assert found.equalized_odds_difference == pytest.approx(
        equalized_odds_difference(leaves, said, **weighed)
    )
    assert found.equalized_odds_ratio == pytest.approx(
        min(
            equalized_odds_ratio(leaves, said, **weighed),
            equalized_odds_ratio(*turned, **weighed),
        )
    )


def test_what_is_not_defined_is_not_told() -> None:
    one = Tallied({"stay": 1.0}, {})
    assert disparity(LABELS, [one]) == Disparity()
    found = disparity(LABELS, [one, Tallied({"leave": 1.0}, {})])
    assert (found.demographic_parity_difference, found.demographic_parity_ratio) == (1.0, 0.0)
    assert (found.equalized_odds_difference, found.error_rate_difference) == (None, None)


def test_an_answer_on_a_random_check_stands_for_many_events() -> None:
    # given 1000 sure events, of which 1 in 50 was checked, and 100 unsure ones that people decided
    counts: Mapping[Cell, Count] = {
        Cell("sex", "f", "stay"): counted(1100, auto=980),
        Cell("sex", "f", "stay", "stay"): counted(19, weight=50).plus(counted(60)),
        Cell("sex", "f", "stay", "leave"): counted(1, weight=50).plus(counted(40)),
        Cell("sex", "m", "leave"): counted(10),
        Cell("colour", "red", "leave"): counted(9999),
    }

    women, men = report("sex", LABELS, counts).parts

    assert (women.value, women.events, women.answers) == ("f", 1100, 120)
    assert women.automation_rate.mean == pytest.approx(980 / 1100)
    assert women.correction_rate.mean == pytest.approx(41 / 120)
    assert women.error_rate.mean == pytest.approx(90 / 1100)
    assert women.error_rate.low < 90 / 1100 < women.error_rate.high
    assert women.error_rate.high - women.error_rate.low > 0.1, "20 checks tell little"
    assert women.selection_rates == {"stay": 1.0}
    assert (men.error_rate.low, men.error_rate.high) == (0.0, 1.0)


def test_parts_of_which_too_little_is_known_are_told_and_not_compared() -> None:
    counts: Mapping[Cell, Count] = {
        Cell("school", "high", "stay"): counted(30),
        Cell("school", "high", "stay", "stay"): counted(LEAST),
        Cell("school", "none", "leave"): counted(30),
        Cell("school", "none", "leave", "stay"): counted(LEAST),
        Cell("school", "unknown", "stay"): counted(LEAST - 1),
        Cell("school", "unknown", "stay", "leave"): counted(LEAST - 1),
    }
    found = report("school", LABELS, counts)
    assert [part.value for part in found.parts] == ["high", "none", "unknown"]
    assert found.uncompared == ["unknown"]
    without = {cell: n for cell, n in counts.items() if cell.value != "unknown"}
    assert found.disparity == report("school", LABELS, without).disparity
    assert found.disparity.equalized_odds_difference == 1.0
    fewer = {cell: n for cell, n in counts.items() if cell.value != "none"}
    assert report("school", LABELS, fewer).disparity == Disparity()


def test_where_an_event_belongs() -> None:
    names = ["region", "female", "age", "empty", "long"]
    features: dict[str, FeatureValue] = {
        "female": False,
        "region": "field",
        "empty": "",
        "long": "x" * 999,
    }
    assert values_of(names, {"region": "north"}, features) == {
        "region": "north",
        "female": "false",
        "age": "(none)",
        "empty": "(none)",
        "long": "x" * 200,
    }
    known = [str(number) for number in range(MOST_VALUES)]
    assert placed("new", known) == OTHER
    assert placed("7", known) == "7"
    assert placed("new", known[1:]) == "new"


class Sliced(Desk):
    """A desk whose events are counted by their contract."""

    def __init__(self, **changes: object) -> None:
        super().__init__(**{"slices": ["contract"]} | changes)
        self.registry = CollectorRegistry()
        watchers = [CountSlices(Metrics(self.registry))]
        self.observe = Observe(self.store, self.clock, watchers)

    def seen(self) -> None:
        self.clock.pass_seconds(3)
        while self.observe():
            pass


def test_events_and_answers_are_counted_and_amendments_replace_what_was_before() -> None:
    # given one sure event, one that is set right, and one whose answer is contested
    desk = Sliced()
    desk.arrive("sure", leave=0.95)
    desk.arrive("wrong", "contested", leave=0.55)
    desk.say(ADA, "stay")
    desk.say(ADA, "leave")
    desk.seen()
    (before,) = ReadSlices(desk.store)("churn")

    desk.appeal("churn", "contested", ADA, "it was withdrawn")
    desk.say(LEA, "stay", "churn.appeals")
    desk.seen()
    (after,) = ReadSlices(desk.store)("churn")

    (part,) = before.parts
    assert (part.value, part.events, part.answers) == ("monthly", 3, 2)
    assert part.automation_rate.mean == pytest.approx(1 / 3)
    assert (part.correction_rate.mean, after.parts[0].correction_rate.mean) == (0.5, 1.0)
    assert after.parts[0].answers == 2
    labels = {"project": "churn", "slice": "contract", "value": "monthly"}
    assert desk.registry.get_sample_value("handraise_slice_error_rate", labels) == 1.0


def test_before_there_is_a_model_nothing_is_counted() -> None:
    desk = Sliced()
    desk.route([a_prediction("first", version=0)])
    desk.say(ADA, "stay")
    desk.seen()
    (found,) = ReadSlices(desk.store)("churn")
    assert found.parts == []


def test_a_project_without_slices_has_no_counts() -> None:
    desk = Sliced(slices=[])
    desk.arrive("one")
    desk.seen()
    assert ReadSlices(desk.store)("churn") == []
    assert desk.store.kept.slice_counts.rows == {}
    with pytest.raises(NotFound):
        ReadSlices(desk.store)("loans")


@pytest.mark.parametrize(
    ("slices", "cure"),
    [(["tenure"], "let the sender name a slice"), (["region", "region"], "names one twice")],
)
def test_slices_that_cannot_be_compared_are_refused(slices: list[str], cure: str) -> None:
    with pytest.raises(ValidationError, match=cure):
        Sliced(slices=slices)
