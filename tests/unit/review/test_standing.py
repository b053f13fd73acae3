"""Who is paused, and who passes."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.review.domain.quality import Skill, learned
from services.review.domain.standing import LEAST_ANSWERS, Tally, is_below, passed

BAR = 0.6


def is_ever_paused(accuracy: float, answers: int, chance: random.Random) -> bool:
    """Asked after each of so many gold answers."""
    right = 0
    for answered in range(1, answers + 1):
        right += chance.random() < accuracy
        if is_below(Tally(right, answered), BAR):
            return True
    return False


def test_who_clicks_at_random_is_paused() -> None:
    chance = random.Random(1)  # noqa: S311 - test data
    assert all(is_ever_paused(0.2, 150, chance) for _ in range(300))


def test_who_is_as_good_as_the_bar_is_hardly_ever_paused() -> None:
    """At most 1 in 1,000 is promised for the bar itself; three standard errors are allowed."""
    chance = random.Random(2)  # noqa: S311 - test data
    paused = sum(is_ever_paused(BAR, 300, chance) for _ in range(200))
    assert paused <= 2


def test_few_answers_are_no_evidence() -> None:
    assert not is_below(Tally(0, LEAST_ANSWERS - 1), bar=0.9)
    assert is_below(Tally(0, LEAST_ANSWERS), bar=0.9)


@given(st.integers(0, 400), st.integers(0, 400), st.floats(0.05, 0.95))
def test_a_right_answer_never_harms(right: int, wrong: int, bar: float) -> None:
    if is_below(Tally(right + 1, right + wrong + 1), bar):
        assert is_below(Tally(right, right + wrong), bar) or right + wrong < LEAST_ANSWERS


@given(st.integers(10, 1_000), st.data())
def test_nobody_above_the_bar_is_paused(answered: int, data: st.DataObject) -> None:
    right = data.draw(st.integers(int(BAR * answered) + 1, answered + 1))
    assert not is_below(Tally(min(right, answered), answered), BAR)


def test_a_tally_is_read_off_a_skill() -> None:
    skill = learned(learned(Skill(), "a", {"a": 1.0}), "a", {"a": 0.25, "b": 0.75}, 0.5)
    tally = Tally.of(skill)
    assert tally.right == pytest.approx(0.999 + 0.125)
    assert tally.answered == pytest.approx(0.999 + 0.5)


@given(st.integers(1, 200), st.data())
def test_exactly_enough_is_enough(total: int, data: st.DataObject) -> None:
    right = data.draw(st.integers(1, total))
    assert passed(right, total, right / total)
    assert not passed(right - 1, total, right / total)
