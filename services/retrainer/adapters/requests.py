"""Answers requests in a process of its own, so that learning never waits for it."""

from collections.abc import Callable
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from functools import partial

import structlog

from services.retrainer.adapters.workers import end, one_worker
from shared.events import CloudEvent

log = structlog.get_logger()


class ProcessRequests:
    """One request after the other; what is broken off is told of again at the next start."""

    def __init__(self, answer: Callable[[CloudEvent], None]) -> None:
        """Prepare; no process is begun before it is needed.

        Args:
            answer: a function that other processes can call.
        """
        self._answer = answer
        self._pool: ProcessPoolExecutor | None = None

    def begin(self, event: CloudEvent) -> None:
        """Answer a request when those before it are answered; callable from any thread."""
        try:
            future = self._worker().submit(self._answer, event)
        except BrokenProcessPool:
            self._pool = None
            future = self._worker().submit(self._answer, event)
        future.add_done_callback(partial(_look, event))

    def close(self) -> None:
        """End the process."""
        pool, self._pool = self._pool, None
        if pool is not None:
            end(pool)

    def _worker(self) -> ProcessPoolExecutor:
        if self._pool is None:
            self._pool = one_worker(tasks=1)
        return self._pool


def _look(event: CloudEvent, future: Future[None]) -> None:
    """Say what went wrong; that a process was ended is no news."""
    error = None if future.cancelled() else future.exception()
    if error is not None:
        log.error("request_unanswered", project=event.project, request=event.id, error=str(error))
