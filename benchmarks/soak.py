"""Memory at full load: `./run bench soak --events 3000000`."""

import argparse
import tempfile
import threading
import time
from collections.abc import Sequence
from pathlib import Path

import psutil

from benchmarks.stage import Stage, acknowledged, configure, document, running, stage
from benchmarks.table import Figure, main
from shared.events import EventType

_CHUNK = 2_000
_MOST_AHEAD = 20_000
_WARM_UP_SECONDS = 60
_GROWTH_LIMIT = 1.05


def measure(arguments: argparse.Namespace) -> Sequence[Figure]:
    """Resident memory of scorer and review at the end, beside that after the first minute."""
    with tempfile.TemporaryDirectory() as directory, stage(Path(directory)) as target:
        configure(target, {})
        with (
            running(target, "services.scorer") as scorer,
            running(target, "services.review") as review,
        ):
            processes = {"scorer": psutil.Process(scorer.pid), "review": psutil.Process(review.pid)}
            before: dict[str, float] = {}
            timer = threading.Timer(_WARM_UP_SECONDS, lambda: before.update(_memory(processes)))
            timer.start()
            started = time.monotonic()
            _send(target, arguments.events)
            seconds = time.monotonic() - started
            timer.cancel()
            after = _memory(processes)
    if not before:
        raise SystemExit("the load ended within the first minute: give more --events")
    return [
        Figure("events a second, both services", arguments.events / seconds, 1, None, "events/s"),
        *(
            Figure(name, after[name], before[name], _GROWTH_LIMIT, "MB", at_most=True)
            for name in processes
        ),
    ]


def _memory(processes: dict[str, psutil.Process]) -> dict[str, float]:
    return {name: process.memory_info().rss / 1e6 for name, process in processes.items()}


def _send(target: Stage, count: int) -> None:
    """Keep the streams full, and never let them run far ahead."""
    client = target.redis
    for first in range(0, count, _CHUNK):
        pipeline = client.pipeline(transaction=False)
        for number in range(first, first + _CHUNK):
            content = document(EventType.SCORING_REQUESTED, number)
            pipeline.xadd("handraise:requests", {"data": content})
        pipeline.execute()
        while first - acknowledged(client, "handraise:predictions", "review") > _MOST_AHEAD:
            time.sleep(0.02)


if __name__ == "__main__":
    main("soak", measure)
