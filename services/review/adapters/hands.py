"""Who does the work of requests, off the event loop."""

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, suppress
from contextvars import Context, copy_context
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from typing import Any, TypeVar

_T = TypeVar("_T")


class Pool:
    """A thread for each request, so many at once; the others wait."""

    def __init__(self, at_once: int) -> None:
        self._threads = ThreadPoolExecutor(at_once, "hands")

    async def do(self, work: Callable[[], _T]) -> _T:
        """Do it in a thread."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._threads, copy_context().run, work)


@dataclass(slots=True)
class _Job:
    work: Callable[[], Any]
    context: Context
    told: asyncio.Future[Any]
    outcome: Any = None
    error: BaseException | None = None

    def do(self) -> None:
        try:
            self.outcome = self.context.run(self.work)
        except Exception as error:  # noqa: BLE001 - it is told to who asked
            self.error = error

    def tell(self) -> None:
        if self.told.done():  # who asked has gone
            return
        if self.error is None:
            self.told.set_result(self.outcome)
        else:
            self.told.set_exception(self.error)


class Clerk:
    """One thread that does whatever waits in one go, and tells everybody when all is durable.

    Where one transaction at a time may write, threads of their own would only hand the turn and
    the interpreter's lock on to one another: with many at once a sixth of the time or more.
    """

    def __init__(self, together: Callable[[], AbstractContextManager[None]], at_once: int) -> None:
        """Prepare; the thread begins with the first request.

        Args:
            together: within it, what the thread writes shares a commit.
            at_once: so many requests share one.
        """
        self._together = together
        self._at_once = at_once
        self._waiting: SimpleQueue[_Job] = SimpleQueue()
        self._thread: threading.Thread | None = None

    async def do(self, work: Callable[[], _T]) -> _T:
        """Do it in the thread; its outcome, or its error, once what was done with it is durable.

        Raises:
            Unavailable: nothing of that was kept.
        """
        loop = asyncio.get_running_loop()
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="clerk", daemon=True)
            self._thread.start()
        told: asyncio.Future[_T] = loop.create_future()
        self._waiting.put(_Job(work, copy_context(), told))
        return await told

    def _run(self) -> None:
        while True:
            jobs = self._next()
            try:
                with self._together():
                    for job in jobs:
                        job.do()
            except Exception as error:  # noqa: BLE001 - it is told to all who asked
                for job in jobs:
                    job.error = error
            _tell(jobs)

    def _next(self) -> list[_Job]:
        jobs = [self._waiting.get()]
        try:
            while len(jobs) < self._at_once:
                jobs.append(self._waiting.get_nowait())
        except Empty:
            pass
        return jobs


def _tell(jobs: list[_Job]) -> None:
    """Wake each loop once; one that has ended has nobody who waits."""
    loops: dict[asyncio.AbstractEventLoop, list[_Job]] = {}
    for job in jobs:
        loops.setdefault(job.told.get_loop(), []).append(job)
    for loop, own in loops.items():
        with suppress(RuntimeError):
            loop.call_soon_threadsafe(_tell_own, own)


def _tell_own(jobs: list[_Job]) -> None:
    for job in jobs:
        job.tell()
