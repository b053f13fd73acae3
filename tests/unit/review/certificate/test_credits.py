"""The credits of a block: exact, maximal, monotone."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binom  # type: ignore[import-untyped]

from services.review.domain.certificate.credits import NONE, credits, detection

BUDGETS = st.integers(0, 800)
PROBABILITIES = st.floats(0.01, 0.9)
DELTAS = st.sampled_from([0.01, 0.05, 0.1])
MISS_RATES = st.floats(0, 0.4)


@settings(max_examples=100, deadline=None)
@given(BUDGETS, PROBABILITIES, DELTAS, MISS_RATES)
def test_credits_are_exact_and_maximal(budget: int, p: float, delta: float, miss: float) -> None:
    found, q = credits(budget, p, delta, miss), detection(p, miss)
    if found > NONE:
        assert binom.cdf(found, budget + 1 + found, q) <= delta * (1 + 1e-9)
    assert binom.cdf(found + 1, budget + 2 + found, q) > delta * (1 - 1e-9)


@settings(max_examples=100, deadline=None)
@given(
    BUDGETS, PROBABILITIES, DELTAS, MISS_RATES, st.integers(0, 50), st.floats(0, 0.09), MISS_RATES
)
def test_credits_are_monotone(
    budget: int, p: float, delta: float, miss: float, more: int, surer: float, blinder: float
) -> None:
    found = credits(budget, p, delta, miss)
    assert credits(budget + more, p, delta, miss) >= found
    assert credits(budget, p + surer, delta, miss) >= found
    assert credits(budget, p, delta, miss + blinder) <= found


@pytest.mark.parametrize(("budget", "p"), [(50_000, 0.3), (10_000, 0.05), (5, 0.01)])
def test_great_and_small_budgets_agree_with_scipy(budget: int, p: float) -> None:
    found = credits(budget, p, 0.05)
    assert found == NONE or binom.cdf(found, budget + 1 + found, p) <= 0.05
    assert binom.cdf(found + 1, budget + 2 + found, p) > 0.05
