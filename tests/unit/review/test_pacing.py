"""Long work rests in between, and nothing is lost by it."""

from collections.abc import Iterator

import pytest

from services.review.use_cases import pacing
from services.review.use_cases.pacing import unhurriedly


class Processor:
    """Counts what a thread works and rests, in milliseconds, without taking the time."""

    def __init__(self) -> None:
        self.worked = 0.0
        self.rests: list[tuple[float, float]] = []

    def thread_time(self) -> float:
        return self.worked / 1000

    def sleep(self, seconds: float) -> None:
        self.rests.append((self.worked, 1000 * seconds))


@pytest.fixture
def processor(monkeypatch: pytest.MonkeyPatch) -> Processor:
    """What `pacing` takes for the processor."""
    counting = Processor()
    monkeypatch.setattr(pacing, "time", counting)
    return counting


def work(processor: Processor, count: int, milliseconds: float) -> list[int]:
    done = []
    for number in unhurriedly(range(count)):
        processor.worked += milliseconds
        done.append(number)
    return done


def test_long_work_rests_four_times_as_long_as_each_stint(processor: Processor) -> None:
    assert work(processor, 20, 0.25) == [*range(20)]
    assert processor.rests == [(1.0, 4.0), (2.0, 4.0), (3.0, 4.0), (4.0, 4.0), (5.0, 4.0)]


def test_what_takes_longer_than_a_stint_is_followed_by_a_rest(processor: Processor) -> None:
    assert work(processor, 2, 30.0) == [0, 1]
    assert [worked for worked, _ in processor.rests] == [30.0, 60.0]


def test_short_work_does_not_rest(processor: Processor) -> None:
    assert work(processor, 3, 0.25) == [0, 1, 2]
    assert processor.rests == []


def test_what_finds_the_things_counts_as_well(processor: Processor) -> None:
    def found() -> Iterator[int]:
        for number in range(4):
            processor.worked += 0.5
            yield number

    assert list(unhurriedly(found())) == [0, 1, 2, 3]
    assert [worked for worked, _ in processor.rests] == [1.0, 2.0]
