"""System calls of a running process that fail as we say: `strace --inject`."""

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.processes import until
from tests.servers import missing


@contextmanager
def failing(pid: int, calls: str, error: str, file: Path, log: Path) -> Iterator[None]:
    """While this lasts, these calls on that file fail in the process with that error."""
    program = shutil.which("strace")
    if program is None:
        missing("strace", "strace")
        return
    command = [program, "-f", "-q", "-p", str(pid), "-P", str(file), "-o", str(log)]
    command += ["-e", f"trace={calls}", "-e", f"inject={calls}:error={error}"]
    with subprocess.Popen(command, stderr=subprocess.PIPE) as tracer:
        try:
            until(lambda: _is_traced(pid) or tracer.poll() is not None)
            assert tracer.poll() is None, tracer.stderr and tracer.stderr.read()
            yield
        finally:
            tracer.terminate()


def _is_traced(pid: int) -> bool:
    """Whether every thread is: those started later are, too."""
    return all(
        "TracerPid:\t0\n" not in (thread / "status").read_text()
        for thread in Path(f"/proc/{pid}/task").iterdir()
    )
