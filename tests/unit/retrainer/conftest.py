"""A bench for each test."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fakes.retrainer_bench import Bench
from tests.fakes.retrainer_learners import FakeLearners


@pytest.fixture
def learners() -> FakeLearners:
    """Learners that count."""
    return FakeLearners()


@pytest.fixture
def bench(tmp_path: Path, learners: FakeLearners) -> Iterator[Bench]:
    """A retrainer with counting learners."""
    with Bench(tmp_path, learners) as bench:
        yield bench
