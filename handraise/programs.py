"""What the supervisor needs to know of a program, and how to wait for one."""

import time
from typing import Protocol

from handraise.children import Child
from shared.errors import Misconfigured


class Runnable(Protocol):
    """A program that can be started again and again."""

    child: Child

    def launch(self) -> None:
        """Start the process without waiting for it."""
        ...

    def trouble(self) -> str | None:
        """Why it cannot be used at this moment; None when it can."""
        ...

    def cure(self) -> str:
        """What helps when it ends by itself, as far as anybody can tell; else empty."""
        ...


def await_ready(program: Runnable, limit: float) -> None:
    """Wait until a launched program can be used.

    Args:
        program: the program.
        limit: when to give up, on the monotonic clock.

    Raises:
        Misconfigured: it ended or did not become ready; the message ends with its log.
    """
    while why := program.trouble():
        code = program.child.exit_code
        if code is None and time.monotonic() < limit:
            time.sleep(0.02)
            continue
        state = f"ended ({ending(code)})" if code is not None else f"is not ready: {why}"
        raise Misconfigured(
            f"{program.child.name} {state}; the end of {program.child.log}:\n"
            + (program.child.last_lines() or "(nothing was written)")
            + advice(program)
        )


def advice(program: Runnable) -> str:
    """A line that names the cure, if a program that ended by itself has one."""
    cure = program.cure() if (program.child.exit_code or 0) > 0 else ""
    return f"\n{cure}" if cure else ""


def ending(code: int) -> str:
    """An exit code in words.

    >>> ending(2), ending(-9)
    ('exit code 2', 'killed by signal 9')
    """
    return f"killed by signal {-code}" if code < 0 else f"exit code {code}"
