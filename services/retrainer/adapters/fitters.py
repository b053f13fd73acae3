"""Fits challengers in a process of its own, so that learning never waits for them."""

from collections.abc import Callable
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool

import structlog

from services.retrainer.adapters.workers import end, one_worker
from services.retrainer.domain.refits import Refit
from services.retrainer.ports import Outcome

log = structlog.get_logger()

_FITS_A_PROCESS = 50
"""After so many a process is replaced, so that no library can gather memory."""


class ProcessFitters:
    """Implements `ports.Fitters` with one process, begun when it is first needed."""

    def __init__(self) -> None:
        self._pool: ProcessPoolExecutor | None = None
        self._begun = 0
        self._running: dict[str, tuple[Refit, Future[Outcome]]] = {}

    def is_working(self, project: str) -> bool:
        """Whether a fit of the project is being made, or waits to be taken."""
        return project in self._running

    def begin(self, project: str, refit: Refit, job: Callable[[], Outcome]) -> None:
        """Make a fit beside everything else."""
        try:
            self._running[project] = (refit, self._workers().submit(job))
        except BrokenProcessPool:
            self._pool = None
            log.warning("fitting_died", project=project, challenger=refit.challenger)

    def finished(self, project: str) -> tuple[Refit, Outcome] | None:
        """The fit that has finished since, handed over once; one that failed is forgotten."""
        refit, future = self._running.get(project, (None, None))
        if refit is None or future is None or not future.done():
            return None
        del self._running[project]
        try:
            return refit, future.result()
        except BrokenProcessPool:
            self._pool = None
            log.warning("fitting_died", project=project, challenger=refit.challenger)
        except Exception:
            log.exception("fitting_failed", project=project, challenger=refit.challenger)
        return None

    def discard(self, project: str) -> None:
        """Forget the fit of a project that is being made, or waits to be taken."""
        self._running.pop(project, None)

    def run(self, job: Callable[[], Outcome]) -> Outcome:
        """Make a fit now, and wait for it."""
        try:
            return self._workers().submit(job).result()
        except BrokenProcessPool:
            self._pool = None
            return self._workers().submit(job).result()

    def close(self) -> None:
        """End the process; what it was doing is done again when it is needed."""
        pool, self._pool = self._pool, None
        if pool is not None:
            end(pool)
        self._running.clear()

    def _workers(self) -> ProcessPoolExecutor:
        if self._pool is not None and self._begun >= _FITS_A_PROCESS and not self._running:
            self._pool.shutdown(wait=False)
            self._pool = None
        if self._pool is None:
            self._pool = one_worker()
            self._begun = 0
        self._begun += 1
        return self._pool
