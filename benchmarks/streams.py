"""Throughput of scorer and review beside hand-written peers, in one run: `./run bench streams`."""

import argparse
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil

from benchmarks.stage import configure, fill, rate_of_group, rate_of_stream, running, stage
from benchmarks.table import Figure, main
from shared.events import EventType
from tests import servers

_PER_MESSAGE_SHARE = 10
_SQLITE_GOAL, _POSTGRESQL_GOAL = 5_000, 3_000


def measure(arguments: argparse.Namespace) -> Sequence[Figure]:
    """All figures of the streams."""
    events: int = arguments.events
    raw = _scorer_pace("benchmarks.peers", events, HANDRAISE_BENCH_PEER="raw")
    ours = _scorer_pace("services.scorer", events)
    share = events // _PER_MESSAGE_SHARE
    each = _scorer_pace("benchmarks.peers", share, "__data__", HANDRAISE_BENCH_PEER="faststream")
    sqlite = _review_rate(events, None)
    with (
        tempfile.TemporaryDirectory() as directory,
        servers.postgresql_server(Path(directory)) as server,
    ):
        postgresql = _review_rate(events, servers.new_database(server, "bench"))
    return [
        Figure("scorer / raw redis-py pipeline loop", ours.rate, raw.rate, 1.5, "events/s"),
        Figure("the same, CPU time an event", ours.cpu, raw.cpu, None, "us", at_most=True),
        Figure("scorer / FastStream, one message a call", ours.rate, each.rate, 30.0, "events/s"),
        Figure("review into SQLite / limit", sqlite, _SQLITE_GOAL, 1.0, "events/s"),
        Figure("review into PostgreSQL / limit", postgresql, _POSTGRESQL_GOAL, 1.0, "events/s"),
    ]


@dataclass(frozen=True, slots=True)
class _Pace:
    """Events a second, and microseconds of processor time an event: other work hardly moves it."""

    rate: float
    cpu: float


def _scorer_pace(module: str, events: int, field: str = "data", **environment: str) -> _Pace:
    with tempfile.TemporaryDirectory() as directory, stage(Path(directory)) as target:
        fill(target, EventType.SCORING_REQUESTED, events, field)
        with running(target, module, **environment) as child:
            process, predictions = psutil.Process(child.pid), "handraise:predictions"
            while not (before := target.redis.xlen(predictions)):
                time.sleep(0.01)
            began = _busy(process)
            rate = rate_of_stream(target.redis, predictions, events)
            return _Pace(rate, 1e6 * (_busy(process) - began) / max(1, events - before))


def _busy(process: psutil.Process) -> float:
    """Seconds of processor time so far."""
    times = process.cpu_times()
    return float(times.user + times.system)


def _review_rate(events: int, database_url: str | None) -> float:
    given = {"HANDRAISE_DATABASE_URL": database_url} if database_url else {}
    with tempfile.TemporaryDirectory() as directory, stage(Path(directory)) as target:
        configure(target, given)
        fill(target, EventType.PREDICTION_MADE, events)
        with running(target, "services.review", **given):
            return rate_of_group(target.redis, "handraise:predictions", "review", events)


if __name__ == "__main__":
    main("streams", measure)
