"""The whole product: ready, memory at rest, correction → served: `./run bench end-to-end`.

Corrections come at 20 a second, on churn (a table) and on contracts (words hashed to 2**18
columns).
"""

import argparse
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import psutil

from benchmarks.served import correction_to_served, quantiles
from benchmarks.table import Figure, main

_READY_LIMIT_SECONDS = 10
_MEMORY_LIMITS_MB = {"scorer": 200, "review": 120, "retrainer": 200}
_SERVED = ("churn", "contracts")
_SERVED_LIMITS_MS = {"median": 250, "p99": 1000}
_REST_SECONDS = 5


def measure(arguments: argparse.Namespace) -> Sequence[Figure]:
    """All figures of the whole product."""
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        _up(directory)
        ready, memory = _up(directory)
    served = {data: quantiles(correction_to_served(data, arguments.seconds)) for data in _SERVED}
    limits = _MEMORY_LIMITS_MB.items()
    return [
        Figure(
            "up: ready, not the first time", ready, _READY_LIMIT_SECONDS, 1.0, "s", at_most=True
        ),
        *(
            Figure(f"{service} at rest", memory[service], limit, 1.0, "MB", at_most=True)
            for service, limit in limits
        ),
        *(
            Figure(f"correction → served, {data}, {name}", value, limit, 1.0, "ms", at_most=True)
            for data in _SERVED
            for (name, limit), value in zip(_SERVED_LIMITS_MS.items(), served[data], strict=True)
        ),
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


if __name__ == "__main__":
    seconds = {"seconds": (60, "how long corrections come, for each of the data")}
    main("end-to-end", measure, numbers=seconds)
