"""The Beta distribution, held to scipy's."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats  # type: ignore[import-untyped]

from services.review.domain import beta

SHAPES = st.floats(0.1, 5_000)


@given(st.floats(0, 1), SHAPES, SHAPES)
def test_the_distribution_is_scipys(x: float, a: float, b: float) -> None:
    assert beta.cdf(x, a, b) == pytest.approx(float(stats.beta.cdf(x, a, b)), abs=1e-9)


@given(st.floats(0.001, 0.999), st.floats(0.5, 2_000), st.floats(0.5, 2_000))
def test_quantiles_are_scipys(p: float, a: float, b: float) -> None:
    assert beta.quantile(p, a, b) == pytest.approx(float(stats.beta.ppf(p, a, b)), abs=1e-9)


@pytest.mark.parametrize(("x", "expected"), [(-1, 0), (0, 0), (1, 1), (2, 1)])
def test_nothing_lies_outside(x: float, expected: float) -> None:
    assert beta.cdf(x, 3, 4) == expected
