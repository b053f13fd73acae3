"""The whole product: ready, memory at rest, correction → served: `./run bench end-to-end`."""

import argparse
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import psutil

from benchmarks.table import Figure, main

_READY_LIMIT_SECONDS = 10
_MEMORY_LIMITS_MB = {"scorer": 200, "review": 120, "retrainer": 200}
_SERVED_LIMIT_MS = 1000
_REST_SECONDS = 5


def measure(arguments: argparse.Namespace) -> Sequence[Figure]:
    """All figures of the whole product."""
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        _up(directory)
        ready, memory = _up(directory)
    served = _correction_to_served(min(arguments.events, 2000))
    limits = _MEMORY_LIMITS_MB.items()
    return [
        Figure(
            "up: ready, not the first time", ready, _READY_LIMIT_SECONDS, 1.0, "s", at_most=True
        ),
        *(
            Figure(f"{service} at rest", memory[service], limit, 1.0, "MB", at_most=True)
            for service, limit in limits
        ),
        Figure("correction → served, median", served, _SERVED_LIMIT_MS, 1.0, "ms", at_most=True),
    ]


def _up(directory: Path) -> tuple[float, dict[str, float]]:
    """Seconds until `handraise up` is ready, and the resident memory of each service (MB)."""
    started = time.monotonic()
    command = [sys.executable, "-m", "handraise", "up", "--no-open", "--port", "0"]
    with subprocess.Popen(
        [*command, "--data-dir", str(directory)], stdout=subprocess.PIPE, text=True
    ) as process:
        if process.stdout is None:
            raise RuntimeError("the output is piped")
        for line in process.stdout:
            if "is up" in line:
                break
        ready = time.monotonic() - started
        time.sleep(_REST_SECONDS)
        memory = {
            module.removeprefix("services."): child.memory_info().rss / 1e6
            for child in psutil.Process(process.pid).children(recursive=True)
            for module in child.cmdline()
            if module.startswith("services.")
        }
        process.send_signal(signal.SIGTERM)
        process.wait(30)
    return ready, memory


def _correction_to_served(events: int) -> float:
    """Median in milliseconds, as the churn demo with four reviewers reports it."""
    command = [sys.executable, "-m", "handraise", "demo", "churn", "--reviewers", "4", "--check"]
    environment = {**os.environ, "COLUMNS": "400"}
    run = subprocess.run(
        [*command, "--events", str(events)], check=True, capture_output=True, env=environment
    )
    found = re.search(r"served after about (\d+) (ms|s)", run.stdout.decode())
    if found is None:
        raise RuntimeError(f"the demo did not say how long a correction takes: {run.stdout!r}")
    return float(found[1]) * (1000 if found[2] == "s" else 1)


if __name__ == "__main__":
    main("end-to-end", measure)
