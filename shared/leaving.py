"""Told to stop (SIGTERM), a service ends with 0 within a promised time, whatever hangs.

In order, as a rule: what was asked is answered, what is in hand is settled, connections are given
back; each of these has a limit of its own. Should one not keep it, because a thread waits for a
disk, say, the process tells what it waits for and ends at once. Nothing is lost by that: what is
unfinished is in a database or pending in Redis, as after a kill.
"""

import asyncio
import json
import os
import signal
import sys
import threading
from types import FrameType

PROMISED_SECONDS = 20.0
"""From SIGTERM to the end. Who starts services waits a little longer before killing them."""

REQUESTS_SECONDS = 8
"""For requests under way, and clients that do not read their answers."""

STREAMS_SECONDS = 5.0
"""For a batch in hand, while the database or Redis does not answer."""


def obey() -> None:
    """From now on SIGTERM ends this process: at once, until a server takes the signal over."""
    signal.signal(signal.SIGALRM, _end_at_once)
    signal.signal(signal.SIGTERM, _leave)


def count_down() -> None:
    """Let the promised time begin; it began with the first call."""
    if signal.getitimer(signal.ITIMER_REAL)[0] == 0:
        signal.setitimer(signal.ITIMER_REAL, PROMISED_SECONDS)


def _leave(*_: object) -> None:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)  # told twice, it ends no differently
    count_down()
    sys.exit(0)


def _end_at_once(_: int, frame: FrameType | None) -> None:
    """Written past the log, whose lock may be held by what was interrupted."""
    said = {
        "event": "left_in_haste",
        "level": "error",
        "seconds": PROMISED_SECONDS,
        "tasks": sorted(_tasks()),
        "threads": sorted(t.name for t in threading.enumerate() if not t.daemon),
        "at": f"{frame.f_code.co_filename}:{frame.f_lineno}" if frame else "",
        "do": "nothing: what was unfinished is done by the next that starts",
    }
    os.write(sys.__stderr__.fileno() if sys.__stderr__ else 2, json.dumps(said).encode() + b"\n")
    os._exit(0)


def _tasks() -> set[str]:
    """What the event loop waits for, if there is still one."""
    try:
        return {getattr(t.get_coro(), "__qualname__", t.get_name()) for t in asyncio.all_tasks()}
    except RuntimeError:
        return set()
