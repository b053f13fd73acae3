"""Fitters that work at once, in the same process, or not before they are told to."""

from collections.abc import Callable

from services.retrainer.domain.refits import Refit
from services.retrainer.ports import Outcome

Job = Callable[[], Outcome]


class FakeFitters:
    """Implements `services.retrainer.ports.Fitters`.

    Attributes:
        idle: whether nothing is begun, as if the process were busy for ever.
        begun: the names of the fits, in order.
        spoil: what becomes of a job before it is done.
    """

    def __init__(self, *, idle: bool = False) -> None:
        self.idle = idle
        self.begun: list[str] = []
        self.spoil: Callable[[Job], Job] = lambda job: job
        self._finished: dict[str, tuple[Refit, Outcome]] = {}

    def is_working(self, project: str) -> bool:
        return self.idle or project in self._finished

    def begin(self, project: str, refit: Refit, job: Job) -> None:
        self.begun.append(refit.identity)
        self._finished[project] = (refit, self.spoil(job)())

    def finished(self, project: str) -> tuple[Refit, Outcome] | None:
        return self._finished.pop(project, None)

    def discard(self, project: str) -> None:
        self._finished.pop(project, None)

    def run(self, job: Job) -> Outcome:
        return job()
