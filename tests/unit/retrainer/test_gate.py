"""The gate lets pass what is proven not to be worse, and hardly ever anything else."""

import random
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.retrainer.domain.betting import LEVEL, WatchedMean
from services.retrainer.domain.gate import (
    CHECKS,
    LEAST,
    MARGIN,
    PART_MARGIN,
    Trial,
    Tried,
    Verdict,
    loss,
)

RUNS = 60
Draw = Callable[[random.Random], float]


def tried(
    champion: float, candidate: float, region: str = "north", check: float | None = None
) -> Tried:
    """An answer `yes`, and how probable either held it."""

    def said(yes: float) -> dict[str, float]:
        return {"yes": yes, "no": 1 - yes}

    return Tried("yes", said(champion), said(candidate), {"region": region}, check)


def passed(draw: Draw, answers: int, rng: random.Random) -> bool:
    """Whether a mean was ever proven to lie below the margin."""
    watched = WatchedMean()
    for _ in range(answers):
        watched.take(draw(rng))
        if watched.interval[1] < MARGIN:
            return True
    return False


@pytest.mark.parametrize(
    "draw",
    [
        lambda rng: MARGIN + rng.choice([-0.1, 0.1]),
        lambda rng: 1.0 if rng.random() < MARGIN else 0.0,
        lambda rng: rng.choice([-1.0, 1.0]) if rng.random() < 0.2 else MARGIN / 0.8,
    ],
    ids=["noisy", "seldom much worse", "torn"],
)
def test_what_is_worse_by_the_margin_hardly_ever_passes(draw: Draw) -> None:
    rng = random.Random(7)  # noqa: S311 - chance, not secrecy
    found = sum(passed(draw, 300, rng) for _ in range(RUNS))
    deviation = (LEVEL * (1 - LEVEL) / RUNS) ** 0.5
    assert found / RUNS <= LEVEL + 3 * deviation


def test_what_is_as_good_passes_soon() -> None:
    rng = random.Random(7)  # noqa: S311 - chance, not secrecy
    found = sum(passed(lambda rng: rng.choice([-0.1, 0.1]), 400, rng) for _ in range(20))
    assert found >= 18


@given(
    terms=st.lists(st.tuples(st.floats(-1, 1), st.floats(1, 100)), max_size=60),
)
@settings(max_examples=50, deadline=None)
def test_an_interval_only_ever_narrows(terms: list[tuple[float, float]]) -> None:
    watched = WatchedMean()
    low, high = watched.interval
    assert (low, high) == (-1, 1)
    for term, weight in terms:
        watched.take(term, weight)
        assert watched.interval[0] >= low
        assert watched.interval[1] <= high
        low, high = watched.interval


@given(st.dictionaries(st.sampled_from("abc"), st.floats(0, 1), min_size=1))
def test_a_loss_is_bounded(given: dict[str, float]) -> None:
    total = sum(given.values()) or 1.0
    assert 0 <= loss({name: p / total for name, p in given.items()}, "a") <= 1 + 1e-9


def test_a_candidate_that_is_as_good_passes() -> None:
    trial = Trial(["region"])
    for number in range(200):
        trial.take(tried(0.8, 0.8, "north" if number % 2 else "south"))

    assert trial.verdict is Verdict.NOT_WORSE
    assert not trial.waits
    assert [part.group for part in trial.comparison()] == [
        "all answers",
        "region=north",
        "region=south",
    ]


def test_a_planted_biased_candidate_is_refused() -> None:
    """Better on the whole, and far worse for every fifth."""
    trial = Trial(["region"])
    for number in range(400):
        if number % 5:
            trial.take(tried(0.6, 0.9, "north"))
        else:
            trial.take(tried(0.9, 0.4, "south"))

    whole, north, south = trial.comparison()
    assert (whole.verdict, north.verdict, south.verdict) == ("not_worse", "not_worse", "worse")
    assert south.champion_wrong == 0
    assert south.candidate_wrong == 1
    assert south.low <= 0.36 - 0.01 <= south.high
    assert trial.verdict is Verdict.WORSE
    assert trial.waits


def test_without_the_declared_slice_the_bias_would_not_be_seen() -> None:
    trial = Trial([])
    for number in range(400):
        trial.take(tried(0.6, 0.9) if number % 5 else tried(0.9, 0.4, "south"))
    assert trial.verdict is Verdict.NOT_WORSE


def test_random_checks_are_weighed_and_judged_by_themselves() -> None:
    """What is decided without people is seen through random checks only."""
    trial = Trial([])
    for number in range(400):
        is_check = number % 4 == 0
        trial.take(tried(0.9, 0.6 if is_check else 0.9, check=20.0 if is_check else None))

    whole, checks = trial.comparison()
    assert (checks.group, checks.answers) == (CHECKS, 100)
    assert checks.verdict == "worse"
    assert checks.margin == PART_MARGIN
    assert whole.answers == 400
    assert trial.verdict is Verdict.WORSE


def test_a_part_of_few_answers_is_not_judged() -> None:
    trial = Trial(["region"])
    for _ in range(300):
        trial.take(tried(0.8, 0.8))
    for _ in range(LEAST - 1):
        trial.take(tried(0.9, 0.1, "south"))
    assert "region=south" not in [part.group for part in trial.comparison()]

    trial.take(tried(0.9, 0.1, "south"))
    assert trial.comparison()[-1].group == "region=south"
    assert trial.verdict is Verdict.WORSE


def test_what_cannot_be_proven_waits_for_a_person() -> None:
    rng = random.Random(3)  # noqa: S311 - chance, not secrecy
    trial = Trial([])
    for _ in range(450):
        better = rng.random() < 0.48
        trial.take(tried(0.2 if better else 0.8, 0.8 if better else 0.2))
    assert trial.verdict is Verdict.OPEN
    assert trial.waits


def test_what_was_better_and_then_is_worse_proves_nothing() -> None:
    trial, verdicts = Trial([]), []
    for answers, better in ((30, True), (90, False)):
        for _ in range(answers):
            trial.take(tried(champion=0.1 if better else 0.9, candidate=0.9 if better else 0.1))
        verdicts.append(trial.verdict)
    assert verdicts == [Verdict.NOT_WORSE, Verdict.OPEN]
