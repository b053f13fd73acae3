"""A process that is told to stop, as its starter sees it."""

import json
import signal
import subprocess
import sys
from textwrap import dedent


def told(body: str, times: int = 1, promised: float = 60) -> tuple[int, str]:
    """Exit code and words of a process that obeys, does something, and was told to stop."""
    begin = f"""
        import signal, sys, threading, time
        from shared import leaving
        leaving.PROMISED_SECONDS = {promised}
        leaving.obey()
    """
    program = "\n".join(dedent(part) for part in (begin, body))
    command = [sys.executable, "-c", program]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout
        assert process.stderr
        process.stdout.readline()
        for _ in range(times):
            process.send_signal(signal.SIGTERM)
        words = process.stderr.read().decode()
    return process.returncode, words


WAITS = "print('here', flush=True); time.sleep(60)"


def test_it_ends_at_once_and_in_order() -> None:
    assert told(WAITS) == (0, "")


def test_told_twice_it_ends_no_differently() -> None:
    assert told(WAITS, times=2) == (0, "")


def test_a_thread_that_hangs_is_named() -> None:
    hangs = "threading.Thread(target=time.sleep, args=(60,), name='disk').start()"
    code, words = told(f"{hangs}\n{WAITS}", promised=0.3)
    said = json.loads(words)
    assert code == 0
    assert said["event"] == "left_in_haste"
    assert "disk" in said["threads"]


def test_a_task_that_never_ends_is_named() -> None:
    code, words = told(
        """
        import asyncio
        async def stubborn():
            while True:
                try:
                    await asyncio.sleep(60)
                except asyncio.CancelledError:
                    pass
        async def main():
            asyncio.get_running_loop().call_later(0.1, lambda: print("here", flush=True))
            asyncio.create_task(stubborn())
            await stubborn()
        signal.signal(signal.SIGTERM, lambda *_: leaving.count_down())
        asyncio.run(main())
    """,
        promised=0.3,
    )
    assert code == 0
    assert json.loads(words)["tasks"] == ["main", "stubborn"]
