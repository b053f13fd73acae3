"""Learns in one thread of its own: at once when rung, and every second in any case."""

import asyncio
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Protocol

import structlog

from shared.errors import Unavailable

log = structlog.get_logger()

NAME = "learner"
_LOOK_EVERY_SECONDS = 1.0
_FIRST_PAUSE, _LONGEST_PAUSE = 0.05, 5.0


class Work(Protocol):
    """What the loop has done; each call is made in the learning thread."""

    def projects(self) -> Sequence[str]:
        """The projects to learn."""
        ...

    def learn(self, project: str) -> bool:
        """Learn what is recorded, for a while. True if there is more."""
        ...

    def announce(self) -> None:
        """Announce what was published."""
        ...

    def tidy(self, project: str) -> None:
        """What may wait until the news are out."""
        ...

    def forget(self, project: str) -> None:
        """After an error: begin again from what is safe."""
        ...

    def finish(self) -> None:
        """Leave everything such that the next start is quick."""
        ...


class Turn(Protocol):
    """Whether it is for this process to learn."""

    def is_mine(self) -> bool:
        """Whether it is now."""
        ...

    def give_up(self) -> None:
        """Let another process learn."""
        ...


class LearningLoop:
    """Implements `ports.Bell`, and works when rung."""

    def __init__(
        self, work: Work, turn: Turn, pace: float, heartbeat: Callable[[str], None]
    ) -> None:
        """Prepare; `run` begins.

        Args:
            work: what is to be done.
            turn: whether it is for this process to do.
            pace: least seconds between two rounds, in which what arrives is gathered.
            heartbeat: told after each round in which nothing failed.
        """
        self._work = work
        self._turn = turn
        self._pace = pace
        self._heartbeat = heartbeat
        self._rung = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stopping = False

    def ring(self) -> None:
        """There is something to learn; callable from any thread."""
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self._rung.set)

    def stop(self) -> None:
        """Let `run` return after the round in hand."""
        self._stopping = True
        self._rung.set()

    async def run(self) -> None:
        """Work until stopped; what fails is tried again."""
        self._loop = asyncio.get_running_loop()
        failures = 0
        with ThreadPoolExecutor(1, NAME) as thread:
            while not self._stopping:
                self._rung.clear()
                started = time.monotonic()
                more, failed = await self._loop.run_in_executor(thread, self._round)
                failures = failures + 1 if failed else 0
                if failed:
                    await self._wait(min(_FIRST_PAUSE * 2**failures, _LONGEST_PAUSE))
                    continue
                self._heartbeat(NAME)
                await asyncio.sleep(max(0.0, self._pace - (time.monotonic() - started)))
                if not more:
                    await self._wait(_LOOK_EVERY_SECONDS)
            await self._loop.run_in_executor(thread, self._finish)

    async def _wait(self, seconds: float) -> None:
        try:
            await asyncio.wait_for(self._rung.wait(), seconds)
        except TimeoutError:
            return

    def _round(self) -> tuple[bool, bool]:
        """Every project once. Whether there is more to learn, and whether anything failed."""
        more = failed = False
        try:
            if not self._turn.is_mine():
                return False, False
            self._work.announce()
            for project in self._work.projects():
                try:
                    more |= self._work.learn(project)
                    self._work.announce()
                    self._work.tidy(project)
                except Unavailable:
                    raise
                except Exception:
                    log.exception("learning_failed", project=project)
                    self._work.forget(project)
                    failed = True
        except Unavailable as error:
            log.warning("learning_waits", error=str(error))
            failed = True
        except Exception:
            log.exception("learning_failed")
            failed = True
        return more, failed

    def _finish(self) -> None:
        """Save what was learned; a turn that silence has ended is asked for once more."""
        try:
            with suppress(Unavailable):
                self._turn.is_mine()
            if self._turn.is_mine():
                self._work.finish()
            self._turn.give_up()
        except Unavailable as error:
            log.warning("not_finished", error=str(error))
        except Exception:
            log.exception("not_finished")
