"""The sentinel: seldom wrong, and quick when something has broken."""

import math
import random
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.review.domain.certificate.sentinel import Sentinel

CHANCES = st.lists(st.floats(0.05, 0.6), min_size=1, max_size=5)


def statistic(sentinel: Sentinel) -> float:
    watches = sentinel._watches
    return sum(watch.statistic for watch in watches) / len(watches)


@settings(max_examples=50, deadline=None)
@given(CHANCES)
def test_before_a_change_the_statistic_counts_labels(chances: list[float]) -> None:
    expected = 0.0
    for outcome in product((False, True), repeat=len(chances)):
        sentinel, likelihood = Sentinel(), 1.0
        for now, (chance, wrong) in enumerate(zip(chances, outcome, strict=True)):
            sentinel.take(chance, wrong=wrong, now=now)
            likelihood *= chance if wrong else 1 - chance
        expected += likelihood * statistic(sentinel)
    assert math.isclose(expected, len(chances), rel_tol=1e-9)


def alarm(sentinel: Sentinel, chances: list[tuple[float, float]], seed: int) -> tuple[int, int]:
    """The label at which the alarm comes, and where it puts the change."""
    draw = random.Random(seed)  # noqa: S311 - a simulation
    for now, (believed, true) in enumerate(chances):
        since = sentinel.take(believed, wrong=draw.random() < true, now=now)
        if since is not None:
            return now, since
    return len(chances), len(chances)


@pytest.mark.parametrize(("growth", "within"), [(2, 1_500), (4, 400), (20, 60)])
def test_a_change_is_noticed_and_dated(growth: int, within: int) -> None:
    known = [(chance, chance) for chance in (0.02, 0.1) * 500]
    changed = [(chance, min(0.95, growth * chance)) for chance in (0.02, 0.1) * 1_000]
    noticed, dated = zip(
        *(alarm(Sentinel(), known + changed, seed) for seed in range(20)), strict=True
    )
    assert sorted(noticed)[10] <= 1_000 + within
    assert abs(sorted(dated)[10] - 1_000) <= within / 2


def test_a_broken_model_is_noticed_within_a_few_wrong_labels() -> None:
    assert alarm(Sentinel(), [(0.01, 1.0)] * 50, 0)[0] < 6


def test_false_alarms_are_rare() -> None:
    alarms = [alarm(Sentinel(), [(0.02, 0.02), (0.1, 0.1)] * 2_000, seed)[0] for seed in range(20)]
    assert sum(noticed < 4_000 for noticed in alarms) <= 2


def test_after_an_alarm_it_begins_anew() -> None:
    sentinel = Sentinel()
    assert alarm(sentinel, [(0.01, 1.0)] * 50, 0)[0] < 50
    assert statistic(sentinel) == 0
