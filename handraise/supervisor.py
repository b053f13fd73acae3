"""Keeps the processes of an installation running: start, readiness, restart, stop."""

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from handraise.programs import Runnable, advice, await_ready, ending
from shared.errors import Misconfigured
from shared.leaving import PROMISED_SECONDS

FIRST_DELAY = 0.2
LONGEST_DELAY = 5.0
STABLE_SECONDS = 30.0
DRAIN_SECONDS = PROMISED_SECONDS + 2.0


def next_delay(delay: float, lived: float) -> float:
    """How long to wait before a restart.

    Args:
        delay: the wait before the previous restart, in seconds (0 before the first).
        lived: how long the process lived after it.

    >>> next_delay(0, 1.0), next_delay(0.2, 1.0), next_delay(4.0, 1.0), next_delay(4.0, 60.0)
    (0.2, 0.4, 5.0, 0.2)
    """
    if delay == 0 or lived > STABLE_SECONDS:
        return FIRST_DELAY
    return min(delay * 2, LONGEST_DELAY)


@dataclass
class _Watched:
    program: Runnable
    started: float = field(default_factory=time.monotonic)
    delay: float = 0.0
    due: float | None = None

    def look(self, now: float) -> str | None:
        """Restart the program if it is dead and its time has come; say what happened."""
        code = self.program.child.exit_code
        if code is None:
            return None
        name = self.program.child.name
        if self.due is None:
            self.delay = next_delay(self.delay, now - self.started)
            self.due = now + self.delay
            return (
                f"{name} ended ({ending(code)}); starting it again in {self.delay:.1f} s"
                + advice(self.program)
            )
        if now < self.due:
            return None
        self.due, self.started = None, now
        self.program.launch()
        return f"{name} started again"


class Supervisor:
    """Looks after programs in tiers: a tier needs those before it, and is ended before them."""

    def __init__(self, tiers: Sequence[Sequence[Runnable]], say: Callable[[str], None]) -> None:
        """Take programs that are not started yet.

        Args:
            tiers: each tier is started all at once, when the one before it is ready.
            say: takes one line for people whenever a process ended or was started again.
        """
        self._tiers = tiers
        self._say = say
        self._watched: list[_Watched] = []
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="supervisor", daemon=True)

    def start(self, seconds: float) -> None:
        """Start everything, wait until all of it is ready, then keep watch.

        Args:
            seconds: how long to wait at most.

        Raises:
            Misconfigured: one ended or did not become ready; the message ends with its log.
        """
        limit = time.monotonic() + seconds
        for tier in self._tiers:
            for program in tier:
                program.launch()
            for program in tier:
                await_ready(program, limit)
        self._watched = [_Watched(program) for tier in self._tiers for program in tier]
        self._thread.start()

    def stop(self) -> None:
        """End everything, tier by tier: each has the time in which services promise to end."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join()
        for tier in reversed(self._tiers):
            for program in tier:
                program.child.terminate()
            limit = time.monotonic() + DRAIN_SECONDS
            for program in tier:
                if not program.child.wait(limit - time.monotonic()):
                    self._say(f"{program.child.name} did not finish in time and was killed")

    def _watch(self) -> None:
        while not self._stopping.wait(0.05):
            for watched in self._watched:
                try:
                    news = watched.look(time.monotonic())
                except (OSError, Misconfigured) as error:
                    news = f"{watched.program.child.name} cannot be started: {error}"
                if news:
                    self._say(news)
