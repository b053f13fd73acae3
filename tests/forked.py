"""Processes that start at once.

Starting Python and importing a service takes 1-2 s of a core; a fork of a process that has
imported everything takes a few milliseconds. That process is a fork server, one a test run.
"""

import ctypes
import multiprocessing
import os
import runpy
import signal
import subprocess
import sys
from collections.abc import Mapping
from contextlib import chdir
from multiprocessing.context import ForkServerContext
from multiprocessing.forkserver import ensure_running
from pathlib import Path
from typing import Any, Protocol

from tests.meta.repository import ROOT

_PR_SET_PDEATHSIG = 1


def warm_context() -> ForkServerContext:
    """Starts processes by forking one that has imported everything.

    That one finds our modules where it is started, wherever a test has gone.
    """
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.warm"])
    with chdir(ROOT):
        ensure_running()
    return context


class Started(Protocol):
    """A process, as `subprocess.Popen` shows it."""

    pid: int

    def poll(self) -> int | None: ...
    def send_signal(self, sig: int) -> None: ...
    def terminate(self) -> None: ...
    def kill(self) -> None: ...
    def wait(self, timeout: float | None = None) -> int: ...


class Forked:
    """`python -m MODULE WORDS`, with this environment and no other, both outputs in a file."""

    def __init__(self, module: str, *words: str, environment: Mapping[str, str], log: Path) -> None:
        start: Any = warm_context().Process
        self._process = start(target=_run_module, args=(module, words, environment, log))
        self._process.start()
        self.pid: int = self._process.pid

    def poll(self) -> int | None:
        """The exit code, if it has ended; negative: the signal that ended it."""
        code: int | None = self._process.exitcode
        return code

    def send_signal(self, sig: int) -> None:
        if self.poll() is None:
            os.kill(self.pid, sig)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)

    def wait(self, timeout: float | None = None) -> int:
        """The exit code, once it has ended.

        Raises:
            TimeoutExpired: it has not within that many seconds.
        """
        self._process.join(timeout)
        code = self.poll()
        if code is None:
            raise subprocess.TimeoutExpired(self._process.name, timeout or 0)
        return code


def leave_parent(log: Path) -> None:
    """A session of its own, output to a file, and never to outlive the tests."""
    os.setsid()
    libc: Any = ctypes.CDLL(None)
    if hasattr(libc, "prctl"):
        libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    handle = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    os.dup2(handle, 1)
    os.dup2(handle, 2)
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)


def _run_module(
    module: str, words: tuple[str, ...], environment: Mapping[str, str], log: Path
) -> None:
    leave_parent(log)
    os.environ.clear()
    os.environ.update(environment)
    sys.argv = [module, *words]
    runpy.run_module(module, run_name="__main__")
