"""How fast scorers are on a cluster: requests filled ahead, all scorers let go at once."""

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from benchmarks.stage import document, introduce
from shared.clusters import server_of
from shared.connecting import connect_blocking
from shared.events import EventType
from shared.streams import FIELD, Keyspace, Stream
from tests.growth.nodes import Cluster, cluster
from tests.processes import is_ready, until
from tests.servers import free_port

_PATIENCE_SECONDS = 180.0


@dataclass(frozen=True, slots=True)
class Rate:
    """Events a second, and what one of them cost all scorers together in CPU time.

    The second tells more on a machine that has other things to do.
    """

    events_a_second: float
    cpu_microseconds: float


def scorer_rates(events: int, counts: Sequence[int]) -> Mapping[int, Rate]:
    """What so many scorers turn into predictions, each count with fresh events."""
    with tempfile.TemporaryDirectory() as name, cluster(Path(name)) as there:
        directory, keys = Path(name), Keyspace("handraise", there.partitions)
        with connect_blocking(there.url) as redis:
            introduce(redis, directory, keys)
            rates = {}
            for turn, count in enumerate(counts):
                numbers = range(turn * events, (turn + 1) * events)
                with ExitStack() as stack:
                    scorers = [stack.enter_context(_scorer(there, directory)) for _ in range(count)]
                    rates[count] = _rate(redis, keys, numbers, scorers)
            return rates


def _rate(
    redis: Any, keys: Keyspace, numbers: range, scorers: Sequence[subprocess.Popen[bytes]]
) -> Rate:
    for scorer in scorers:
        scorer.send_signal(signal.SIGSTOP)
    _fill(redis, keys, numbers)
    begun, used = time.monotonic(), _cpu(scorers)
    for scorer in scorers:
        scorer.send_signal(signal.SIGCONT)
    until(lambda: _predicted(redis, keys) >= numbers.stop, _PATIENCE_SECONDS)
    seconds, used = time.monotonic() - begun, _cpu(scorers) - used
    return Rate(len(numbers) / seconds, 1e6 * used / len(numbers))


def _cpu(scorers: Sequence[subprocess.Popen[bytes]]) -> float:
    times = [psutil.Process(scorer.pid).cpu_times() for scorer in scorers]
    return sum(t.user + t.system for t in times)


def _predicted(redis: Any, keys: Keyspace) -> int:
    return sum(redis.xlen(key) for key in keys.all(Stream.PREDICTIONS))


def _fill(redis: Any, keys: Keyspace, numbers: range) -> None:
    parts: dict[str, list[bytes]] = {}
    for number in numbers:
        key = keys.of(Stream.REQUESTS, f"event-{number:08}")
        parts.setdefault(key, []).append(document(EventType.SCORING_REQUESTED, number))
    for key, documents in parts.items():
        with server_of(redis, key) as server:
            pipeline = server.pipeline(transaction=False)
            for prepared in documents:
                pipeline.xadd(key, {FIELD: prepared})
            pipeline.execute()


@contextmanager
def _scorer(there: Cluster, directory: Path) -> Iterator[subprocess.Popen[bytes]]:
    port = free_port()
    settings = {
        "HANDRAISE_REDIS_URL": there.url,
        "HANDRAISE_PARTITIONS": str(there.partitions),
        "HANDRAISE_DATA_DIR": str(directory),
        "HANDRAISE_SCORER_PORT": str(port),
        "HANDRAISE_KEEP_ENTRIES": "10000000",
        "HANDRAISE_LOG_LEVEL": "ERROR",
    }
    command = [sys.executable, "-m", "services.scorer"]
    with subprocess.Popen(command, env={**os.environ, **settings}) as scorer:
        try:
            until(lambda: is_ready(port))
            yield scorer
        finally:
            scorer.terminate()
            scorer.wait(20)
