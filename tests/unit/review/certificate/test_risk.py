"""The risk curve against an isotonic regression of scipy's, and what it must never do."""

import math
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import isotonic_regression  # type: ignore[import-untyped]

from services.review.domain.certificate.risk import LEAST_EVIDENCE, Curve, Evidence, curve


def anything(seed: int) -> list[Evidence]:
    """Labels without rhyme or reason, many of them with equal scores."""
    chance = random.Random(seed)  # noqa: S311 - a simulation
    return [
        Evidence(
            chance.randrange(400) / 800, chance.random() < 0.3, chance.choice([1.0, 2.0, 14.0])
        )
        for _ in range(chance.randrange(LEAST_EVIDENCE, 200))
    ]


LABELS = st.integers(0, 10**9).map(anything)


def drawn(count: int, seed: int = 1) -> list[Evidence]:
    """Labels of a model whose score is exactly the chance of its error."""
    chance = random.Random(seed)  # noqa: S311 - a simulation
    scores = [chance.random() ** 3 / 2 for _ in range(count)]
    return [Evidence(score, chance.random() < score, 1.0) for score in scores]


def known(evidence: list[Evidence]) -> Curve:
    found = curve(evidence)
    assert found is not None
    return found


def test_few_labels_show_nothing() -> None:
    assert curve(drawn(LEAST_EVIDENCE - 1)) is None


@settings(max_examples=60, deadline=None)
@given(LABELS)
def test_risks_are_those_of_an_isotonic_regression(evidence: list[Evidence]) -> None:
    grouped: dict[float, list[Evidence]] = {}
    for label in sorted(evidence):
        grouped.setdefault(label.score, []).append(label)
    weights = [sum(label.weight for label in group) for group in grouped.values()]
    wrong = [sum(label.weight * label.wrong for label in group) for group in grouped.values()]
    means = [bad / weight for bad, weight in zip(wrong, weights, strict=True)]
    fitted = isotonic_regression(means, weights=weights).x
    found = known(evidence)
    for score, risk, share in zip(found.scores, found.risks, found.shares, strict=True):
        below = list(grouped).index(score) + 1
        mass = sum(weights[:below])
        expected = sum(rate * w for rate, w in zip(fitted[:below], weights, strict=False)) / mass
        assert math.isclose(risk, expected, abs_tol=1e-9)
        assert math.isclose(share, mass / sum(weights))


@settings(max_examples=60, deadline=None)
@given(LABELS, st.floats(0, 1), st.floats(0, 1))
def test_more_risk_never_narrows_the_lane(
    evidence: list[Evidence], one: float, other: float
) -> None:
    low, high = sorted((one, other))
    found = known(evidence)
    assert found.coverage(low) <= found.coverage(high)
    assert (found.threshold(low) or 0.0) <= (found.threshold(high) or 1.0)
    assert list(found.scores) == sorted(set(found.scores))


@settings(max_examples=60, deadline=None)
@given(LABELS, st.floats(0, 1))
def test_no_event_is_certain(evidence: list[Evidence], score: float) -> None:
    wrong = sum(label.wrong for label in evidence)
    assert 0 < wrong < len(evidence)
    assert 0 < known(evidence).error(score) < 1


def test_a_threshold_needs_support_below_it() -> None:
    few_that_stand_for_many = [Evidence(0.01, False, 100.0) for _ in range(49)]
    uncertain = [Evidence(0.4, place % 2 == 0, 1.0) for place in range(100)]
    assert known([*few_that_stand_for_many, *uncertain]).threshold(0.0) is None
    one_more = [*few_that_stand_for_many, Evidence(0.01, False, 100.0), *uncertain]
    assert known(one_more).threshold(0.0) == 0.01


def test_the_truth_is_found_with_enough_labels() -> None:
    found = known(drawn(20_000))
    assert found.coverage(0.05) == pytest.approx(0.7368, abs=0.03)
    assert found.threshold(0.05) == pytest.approx(0.2, abs=0.02)
    for chance in (0.02, 0.1, 0.3):
        assert found.error(chance) == pytest.approx(chance, rel=0.5)
