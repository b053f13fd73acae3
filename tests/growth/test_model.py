"""The extrapolation of benchmarks/growth: what it must say whatever was measured."""

import pytest

from benchmarks.growth.constants import Constants
from benchmarks.growth.model import Assumptions, busiest, primaries, simulate


def test_ten_times_the_rate_takes_ten_times_the_cores_and_people() -> None:
    constants, assumed = Constants.recorded(), Assumptions()
    few, many = (simulate(rate, constants, assumed, draws=200) for rate in (1e5, 1e6))
    for part in ("scorer, cores", "review, cores", "PostgreSQL, cores", "people at work"):
        assert many[part].middle == pytest.approx(10 * few[part].middle, rel=0.1)
        assert many[part].low <= many[part].middle <= many[part].high


@pytest.mark.parametrize("cores", [0.1, 1.0, 7.3, 60.0])
def test_even_the_busiest_primary_has_a_core_at_most(cores: float) -> None:
    count = primaries(cores, 4)
    assert count >= cores
    assert cores * busiest(count, 4 * count) <= 1
