"""Request → prediction → decision at a steady 500 events a second: `./run bench latency`."""

import argparse
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from benchmarks.stage import Stage, configure, document, running, stage
from benchmarks.table import Figure, main
from shared.events import EventType

_A_SECOND = 500
_AT_ONCE = 5
_MOST_EVENTS = 10_000
_LIMITS_MS = {"prediction p50": 15, "prediction p99": 60, "decision p50": 40}


def measure(arguments: argparse.Namespace) -> Sequence[Figure]:
    """Latencies by the server's own clock, as the ids of the stream entries tell it."""
    count = min(arguments.events, _MOST_EVENTS)
    with tempfile.TemporaryDirectory() as directory, stage(Path(directory)) as target:
        configure(target, {})
        with running(target, "services.scorer"), running(target, "services.review"):
            _warm_up(target)
            _send(target, count)
            arrived = _times(target.redis, "requests")
            predicted = _delays(arrived, _times(target.redis, "predictions"))
            decided = _delays(arrived, _times(target.redis, "decisions"))
    quantiles = {
        "prediction p50": np.quantile(predicted, 0.5),
        "prediction p99": np.quantile(predicted, 0.99),
        "decision p50": np.quantile(decided, 0.5),
    }
    return [
        Figure(f"request → {name}", float(quantiles[name]), limit, 1.0, "ms", at_most=True)
        for name, limit in _LIMITS_MS.items()
    ]


def _warm_up(target: Stage) -> None:
    """Both services answer before the clock counts."""
    before = int(target.redis.xlen("handraise:predictions"))
    target.redis.xadd("handraise:requests", {"data": document(EventType.SCORING_REQUESTED, -1)})
    while int(target.redis.xlen("handraise:predictions")) == before:
        time.sleep(0.05)
    time.sleep(2)


def _send(target: Stage, count: int) -> None:
    documents = [document(EventType.SCORING_REQUESTED, number) for number in range(count)]
    client = target.redis
    started = time.monotonic()
    for first in range(0, count, _AT_ONCE):
        pause = started + first / _A_SECOND - time.monotonic()
        if pause > 0:
            time.sleep(pause)
        pipeline = client.pipeline(transaction=False)
        for content in documents[first : first + _AT_ONCE]:
            pipeline.xadd("handraise:requests", {"data": content})
        pipeline.execute()
    time.sleep(3)


def _times(client: Any, name: str) -> dict[str, int]:  # noqa: ANN401 - a client of any settings
    """The millisecond in which each event's entry came to a stream."""
    return {
        msgspec.json.decode(fields[b"data"])["subject"]: int(identity.split(b"-")[0])
        for identity, fields in client.xrange(f"handraise:{name}")
    }


def _delays(begun: dict[str, int], ended: dict[str, int]) -> list[int]:
    return [ended[event] - begun[event] for event in ended if event in begun]


if __name__ == "__main__":
    main("latency", measure)
