"""How much more often people agree with what they see."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.review.domain.anchoring import effect


@st.composite
def arms(draw: st.DrawFn) -> tuple[int, int, int, int]:
    shown, hidden = draw(st.integers(1, 500)), draw(st.integers(1, 500))
    return draw(st.integers(0, shown)), shown, draw(st.integers(0, hidden)), hidden


@given(arms())
def test_the_interval_holds_the_difference(counts: tuple[int, int, int, int]) -> None:
    estimate = effect(*counts)
    assert -1 - 1e-9 <= estimate.low <= estimate.mean <= estimate.high <= 1 + 1e-9
    assert estimate.mean == pytest.approx(counts[0] / counts[1] - counts[2] / counts[3])


@given(arms())
def test_swapping_the_arms_turns_the_sign(counts: tuple[int, int, int, int]) -> None:
    shown_agreed, shown, hidden_agreed, hidden = counts
    one, other = effect(*counts), effect(hidden_agreed, hidden, shown_agreed, shown)
    assert (one.mean, one.low) == pytest.approx((-other.mean, -other.high))


@pytest.mark.parametrize(
    ("counts", "low", "high"),
    [
        ((9, 10, 3, 10), 0.1705, 0.8090),
        ((6, 7, 2, 7), 0.0582, 0.8062),
        ((10, 10, 0, 10), 0.6075, 1.0),
        ((0, 10, 0, 10), -0.2775, 0.2775),
    ],
)
def test_newcombes_table(counts: tuple[int, int, int, int], low: float, high: float) -> None:
    estimate = effect(*counts)
    assert (estimate.low, estimate.high) == pytest.approx((low, high), abs=0.0001)


def test_an_empty_arm_tells_nothing() -> None:
    nothing = effect(0, 0, 5, 9)
    assert (nothing.mean, nothing.low, nothing.high) == (0, -1, 1)


def test_a_planted_anchor_is_found() -> None:
    """People right 80 % of the time who echo 3 of 10 shown answers; the model is right in 70 %."""
    chance = random.Random(5)  # noqa: S311 - test data
    agreed = {True: 0, False: 0}
    for _ in range(4_000):
        for shown in (True, False):
            right = chance.random() < 0.8
            model_right = chance.random() < 0.7
            echoes = shown and chance.random() < 0.3
            agreed[shown] += echoes or right == model_right
    estimate = effect(agreed[True], 4_000, agreed[False], 4_000)
    assert estimate.low > 0.05
    assert estimate.low <= 0.3 * (1 - 0.62) <= estimate.high
