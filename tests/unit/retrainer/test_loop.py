"""The learning loop works in a thread of its own, and one project's trouble is not another's."""

import asyncio
import threading
from collections.abc import Sequence

import pytest

from services.retrainer.adapters.loop import LearningLoop
from shared.errors import Unavailable

pytestmark = pytest.mark.asyncio


class FakeWork:
    """Implements `services.retrainer.adapters.loop.Work`: notes what is called, and fails."""

    def __init__(self) -> None:
        self.calls: list[str] = []
        self.failing: set[str] = set()
        self.away = False
        self.threads: set[str] = set()
        self.left = 3

    def projects(self) -> Sequence[str]:
        return ["a", "b"]

    def learn(self, project: str) -> bool:
        self.threads.add(threading.current_thread().name)
        self.calls.append(f"learn {project}")
        if project in self.failing:
            raise ZeroDivisionError
        self.left -= 1
        return self.left > 0

    def announce(self) -> None:
        if self.away:
            self.calls.append("away")
            raise Unavailable("Redis does not answer")

    def tidy(self, project: str) -> None:
        self.calls.append(f"tidy {project}")

    def forget(self, project: str) -> None:
        self.calls.append(f"forget {project}")

    def finish(self) -> None:
        self.calls.append("finish")


class FakeTurn:
    """Implements `services.retrainer.adapters.loop.Turn`."""

    def __init__(self, *, mine: bool = True) -> None:
        self.mine = mine
        self.lost = False

    def is_mine(self) -> bool:
        if self.lost:
            self.lost = False
            raise Unavailable("the connection was silent for too long")
        return self.mine

    def give_up(self) -> None:
        self.mine = False


async def run_until(loop: LearningLoop, work: FakeWork, *calls: str) -> None:
    task = asyncio.create_task(loop.run())
    async with asyncio.timeout(10):
        while not set(calls) <= set(work.calls):
            await asyncio.sleep(0.001)
            loop.ring()
    loop.stop()
    await task


async def test_all_projects_are_learned_in_one_thread_then_finished() -> None:
    work, beats = FakeWork(), list[str]()
    loop = LearningLoop(work, FakeTurn(), 0.001, beats.append)

    await run_until(loop, work, "tidy b")

    assert work.calls[:4] == ["learn a", "tidy a", "learn b", "tidy b"]
    assert work.calls[-1] == "finish"
    assert len(work.threads) == 1
    assert threading.current_thread().name not in work.threads
    assert "learner" in beats


async def test_one_failing_project_does_not_stop_the_others() -> None:
    work, beats = FakeWork(), list[str]()
    work.failing = {"a"}
    loop = LearningLoop(work, FakeTurn(), 0.001, beats.append)

    await run_until(loop, work, "forget a", "tidy b")

    assert beats == []


async def test_while_redis_is_away_nothing_is_lost() -> None:
    work, beats = FakeWork(), list[str]()
    work.away = True
    loop = LearningLoop(work, FakeTurn(), 0.001, beats.append)
    await run_until(loop, work, "away")
    assert beats == []

    work.away = False
    await run_until(LearningLoop(work, FakeTurn(), 0.001, beats.append), work, "tidy b")
    assert "learner" in beats


async def test_who_stands_by_is_alive_and_learns_when_its_turn_comes() -> None:
    work, beats, turn = FakeWork(), list[str](), FakeTurn(mine=False)
    loop = LearningLoop(work, turn, 0.001, beats.append)
    task = asyncio.create_task(loop.run())
    async with asyncio.timeout(10):
        while "learner" not in beats:
            await asyncio.sleep(0.001)
    assert work.calls == []
    loop.stop()
    await task
    assert work.calls == []

    turn.mine = True
    await run_until(LearningLoop(work, turn, 0.001, beats.append), work, "tidy b")
    assert not turn.mine


async def test_a_turn_that_was_lost_before_the_end_does_not_cost_what_was_learned() -> None:
    work, turn = FakeWork(), FakeTurn()
    loop = LearningLoop(work, turn, 0.001, lambda _: None)
    task = asyncio.create_task(loop.run())
    async with asyncio.timeout(10):
        while "tidy b" not in work.calls or work.left > 0:
            await asyncio.sleep(0.001)
    loop.stop()
    turn.lost = True
    await task

    assert work.calls[-1] == "finish"
