"""Processes that we start, and find again after we ourselves were killed.

Each child inherits a lock on `DATA_DIR/run/<name>.pid`. As long as it lives, and no longer, the
lock is held; so a later start knows for sure whether the process named in the file is ours.
"""

import contextlib
import fcntl
import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from handraise.settings import child_environment
from shared.errors import Misconfigured

POLL_SECONDS = 0.02


class Child:
    """One process in a process group of its own, with its output in a log file."""

    def __init__(self, name: str, directory: Path) -> None:
        """Name a child; nothing is started.

        Args:
            name: used for the lock and log file.
            directory: the data directory.
        """
        self.name = name
        self.log = directory / "logs" / f"{name}.log"
        self._lock_file = directory / "run" / f"{name}.pid"
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int | None:
        """The process id, if it was started by us."""
        return self._process.pid if self._process else None

    @property
    def exit_code(self) -> int | None:
        """How it ended (negative: by that signal), None while it runs or was never started."""
        return self._process.poll() if self._process else None

    def is_running(self) -> bool:
        """Whether the process runs, whoever started it."""
        return self._held()

    def start(self, command: Sequence[str], environment: Mapping[str, str]) -> None:
        """Start the process, after ending one that an earlier, killed start has left.

        Args:
            command: the program and its arguments.
            environment: additions to our own environment.
        """
        self.log.parent.mkdir(parents=True, exist_ok=True)
        self._lock_file.parent.mkdir(parents=True, exist_ok=True)
        self.end_leftover()
        with self._lock_file.open("a+b") as lock, self.log.open("ab") as log:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            lock.truncate(0)
            self._process = subprocess.Popen(  # noqa: S603 - our own command lines
                [*command],
                env=child_environment(environment),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                pass_fds=(lock.fileno(),),
            )
            lock.write(b"%d" % self._process.pid)

    def end_leftover(self, grace: float = 10.0) -> int | None:
        """End the process that an earlier start left running, if any; gives its process id."""
        if not self._held():
            return None
        try:
            pid = int(self._lock_file.read_bytes())
        except ValueError:
            raise Misconfigured(
                f"an unknown process of an earlier start still holds {self._lock_file}: "
                f"end it (`fuser {self._lock_file}` names it) and start again"
            ) from None
        for step, patience in ((signal.SIGTERM, grace), (signal.SIGKILL, 5.0)):
            _signal_group(pid, step)
            if _await(lambda: not self._held(), patience):
                return pid
        raise Misconfigured(f"process {pid} ({self.name}) of an earlier start cannot be ended")

    def terminate(self) -> None:
        """Ask the process to finish its work and end."""
        if self._process and self.exit_code is None:
            _signal_group(self._process.pid, signal.SIGTERM)

    def wait(self, seconds: float) -> bool:
        """Wait for the end; kill the group when time is up. Gives whether it ended by itself."""
        if not self._process:
            return True
        try:
            self._process.wait(timeout=max(seconds, 0.0))
            ended = True
        except subprocess.TimeoutExpired:
            ended = False
        _signal_group(self._process.pid, signal.SIGKILL)
        self._process.wait()
        return ended

    def last_lines(self, count: int = 12) -> str:
        """The end of its log."""
        try:
            tail = self.log.read_bytes()[-20_000:].decode(errors="replace")
        except FileNotFoundError:
            return ""
        return "\n".join(tail.splitlines()[-count:])

    def _held(self) -> bool:
        with contextlib.suppress(FileNotFoundError), self._lock_file.open("rb") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return True
        return False


@contextlib.contextmanager
def sole_owner(directory: Path) -> Iterator[None]:
    """Hold the data directory for this process alone.

    Raises:
        Misconfigured: another process holds it (named), or it cannot be written.
    """
    try:
        directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle = (directory / "up.lock").open("a+b")
    except OSError as error:
        raise Misconfigured(
            f"cannot write {directory} ({error.strerror}): choose another with --data-dir"
        ) from error
    with handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            handle.seek(0)
            pid = handle.read().decode() or "unknown"
            raise Misconfigured(
                f"{directory} is in use by another `handraise up` (process {pid}): "
                "stop that one, or choose another directory with --data-dir"
            ) from None
        handle.truncate(0)
        handle.write(b"%d" % os.getpid())
        handle.flush()
        yield


def _signal_group(pid: int, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, number)


def _await(condition: Callable[[], bool], seconds: float) -> bool:
    limit = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > limit:
            return False
        time.sleep(POLL_SECONDS)
    return True
