"""What people add, reckoned from counts."""

import pytest

from services.review.domain.contribution import Effort, Facts, Outcome, contribution
from services.review.domain.figures import Figure, Span, mean_of, quantile_of, share_of
from services.review.domain.gold import Score
from services.review.domain.slices import Cell, Count, Counts
from shared.events import RouteReason

UNCERTAIN, AUDIT = RouteReason.UNCERTAIN, RouteReason.AUDIT


def figures(facts: Facts) -> dict[str, Figure]:
    return {figure.name: figure for figure in contribution(facts)}


def a_year(**changes: object) -> Facts:
    """1,000 events: people saw 400, changed 80; of 60 checks 2 were wrong."""
    content: dict[str, object] = {
        "outcomes": {UNCERTAIN: Outcome(0, 340, 78), AUDIT: Outcome(0, 60, 2)},
        "alone": 600,
        "floor": 0.1,
        "found": [0.1, 0.1],
    }
    return Facts(**(content | changes))  # type: ignore[arg-type]


def test_nothing_is_said_of_nothing() -> None:
    told = contribution(Facts(outcomes={}, alone=0))

    assert told
    assert [f.name for f in told if (f.value, f.low, f.high) != (None, None, None)] == []
    assert all(figure.definition for figure in told)


def test_every_figure_that_is_known_has_its_interval() -> None:
    effort = Effort(answers=600, timed=500, seconds=5000, squares=60_000)
    known: dict[str, object] = {
        "effort": effort,
        "review_cost": 2.0,
        "progress": [(0.6, 32), (0.9, 500)],
        "waits": [float(n) for n in range(60)],
        "slices": ["region"],
        "counts": {
            **counted("north", right=90, wrong=10),
            **counted("south", right=60, wrong=40),
        },
    }
    for gold in (Score(), Score(seen=500, right=480)):
        told = figures(a_year(gold=gold, **known))
        assert len(told) == 13
        for figure in told.values():
            assert figure.value is not None
            assert figure.low is not None, figure.name
            assert figure.high is not None, figure.name
            assert figure.low <= figure.value <= figure.high


def test_without_gold_people_are_right_and_the_interval_says_so() -> None:
    told = figures(a_year())
    found, accuracy = told["errors_prevented"], told["accuracy_after"]

    assert found.value == pytest.approx(80)
    # 400 times the Jeffreys interval of a fifth
    assert (round(found.low or 0), round(found.high or 0)) == (65, 97)
    assert "people's word is the truth" in found.definition
    known = figures(a_year(gold=Score(seen=500, right=480)))
    assert (known["errors_prevented"].low or 0) < (found.low or 0)
    assert (known["accuracy_after"].low or 0) < (accuracy.low or 0)


def test_errors_that_nobody_saw_are_estimated_from_checks() -> None:
    found = figures(a_year(gold=Score(seen=500, right=500)))
    before, after = found["accuracy_before"], found["accuracy_after"]

    # each wrong check of probability 0.1 stands for 9 that nobody saw
    assert before.value == 1 - (80 + 18) / 1000
    assert after.value == 1 - 18 / 1000
    for figure in (before, after):
        assert figure.low is not None
        assert figure.high is not None
        assert figure.low < (figure.value or 0) < figure.high


def test_peoples_own_errors_count_against_them() -> None:
    # given people who are wrong in a tenth of what is known
    found = figures(a_year(gold=Score(seen=200, right=180)))
    prevented = found["errors_prevented"]

    # then of 80 changes many are theirs: q = (.2 - .1) / .9 of 400, less .1 of 400
    assert prevented.value is not None
    assert round(prevented.value, 2) == 4.44
    assert prevented.low is not None
    assert prevented.low < 0 < prevented.value < (prevented.high or 0) < 80
    assert found["accuracy_after"].value == 1 - (40 + 18) / 1000


def test_what_people_err_is_in_the_interval_of_what_the_model_errs() -> None:
    sure = figures(a_year(gold=Score(seen=20_000, right=18_000)))["accuracy_before"]
    unsure = figures(a_year(gold=Score(seen=20, right=18)))["accuracy_before"]

    assert sure.value == unsure.value
    assert (unsure.low or 1) < (sure.low or 0)
    assert (unsure.high or 0) > (sure.high or 1)


def test_open_checks_widen_what_may_be_wrong() -> None:
    outcomes = {UNCERTAIN: Outcome(0, 340, 78), AUDIT: Outcome(30, 30, 2)}
    gold = Score(seen=500, right=495)
    settled = figures(a_year(gold=gold))
    waiting = figures(a_year(gold=gold, outcomes=outcomes))

    assert (waiting["accuracy_after"].low or 1) < (settled["accuracy_after"].low or 0)


def test_events_without_a_model_say_nothing_of_it() -> None:
    outcomes = {RouteReason.NO_MODEL: Outcome(0, 32, 16)}
    found = figures(Facts(outcomes=outcomes, alone=0))

    assert found["errors_prevented"].value is None
    assert found["automation"].value == 0


def test_what_it_costs() -> None:
    effort = Effort(answers=600, timed=500, seconds=5000, squares=60_000)
    found = figures(a_year(effort=effort, review_cost=2.0))

    # 1.5 answers of 2 for each event that people see, and they see two of five
    assert found["cost_per_decision"].value == pytest.approx(1.2)
    # 10 s an answer, .6 answers a decision
    seconds = found["seconds_of_people_per_decision"]
    assert seconds.value == pytest.approx(6)
    assert (seconds.low or 0) < 6 < (seconds.high or 0)
    assert figures(a_year(effort=effort))["cost_per_decision"].value is None


def test_how_the_model_got_on() -> None:
    found = figures(a_year(progress=[(0.6, 32), (0.9, 500)]))

    first, newest = found["model_error_first"], found["model_error_newest"]
    assert (first.value, newest.value) == (13 / 32, 0.1)
    assert (first.low or 0) > (newest.high or 1) - 0.2
    assert (first.high or 0) - (first.low or 0) > (newest.high or 0) - (newest.low or 0)


def test_one_observation_has_no_interval() -> None:
    assert mean_of(1, 3.0, 9.0) == Span(3.0)
    one = quantile_of("wait", [4.0], 0.5, "")
    assert (one.value, one.low, one.high) == (4.0, None, None)
    assert (share_of("x", 0, 1).low, share_of("x", 1, 1).high) == (0.0, 1.0)


def counted(value: str, *, right: int, wrong: int, chance: float = 1.0) -> Counts:
    """Answers on events of one region, each drawn with the same chance."""

    def so_many(number: int) -> Count:
        return Count(number, 0, number / chance, number / chance**2)

    return {
        Cell("region", value, "stay", "stay"): so_many(right),
        Cell("region", value, "stay", "leave"): so_many(wrong),
    }


def test_bias_is_told_before_people_and_after_them() -> None:
    # given a region in which the model errs more, all of it seen by people
    counts = {**counted("north", right=90, wrong=10), **counted("south", right=60, wrong=40)}
    found = figures(a_year(slices=["region"], counts=counts))

    before, after = found["bias_before_region"], found["bias_after_region"]
    assert before.value == pytest.approx(0.3)
    assert 0.15 < (before.low or 0) < 0.3 < (before.high or 0) < 0.42
    assert (after.value, after.low) == (0, 0)


def test_bias_that_nobody_saw_is_left() -> None:
    # given that of one region only a tenth was seen
    counts = {
        **counted("north", right=90, wrong=10),
        **counted("south", right=60, wrong=40, chance=0.1),
    }
    found = figures(a_year(slices=["region"], counts=counts))

    assert found["bias_before_region"].value == pytest.approx(0.3)
    # 40 found of 400, so 360 of 1,000 are left
    assert found["bias_after_region"].value == pytest.approx(0.36)


def test_one_value_lies_apart_from_nothing() -> None:
    found = figures(a_year(slices=["region"], counts=counted("north", right=9, wrong=1)))
    assert found["bias_before_region"].value is None


def test_a_value_with_few_answers_is_not_compared() -> None:
    enough = {**counted("north", right=90, wrong=10), **counted("south", right=60, wrong=40)}
    counts = {**enough, **counted("unknown", right=0, wrong=19)}
    found = figures(a_year(slices=["region"], counts=counts))
    assert (
        found["bias_before_region"]
        == figures(a_year(slices=["region"], counts=enough))["bias_before_region"]
    )
