"""What an event costs each part: CPU time, which a busy machine changes less than a clock's.

Events pass scorer and review in several portions; the lowest and the highest portion are kept. One
in twenty is checked by a person and some are unsure, as in `./run bench streams`: they are counted
like the others.
"""

import platform
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

import psutil
from sqlalchemy import create_engine, text

from benchmarks.growth.constants import Constants, Range
from benchmarks.stage import Stage, acknowledged, configure, document, running, stage
from shared.events import EventType
from tests import servers

_PORTIONS = 3
_PATIENCE_SECONDS = 300
_REQUESTS, _PREDICTIONS = "handraise:requests", "handraise:predictions"


@dataclass(frozen=True, slots=True)
class _Reading:
    """CPU seconds so far, and bytes of the database."""

    scorer: float
    review: float
    postgresql: float
    redis: float
    record: float


def measure(events: int) -> Constants:
    """Measure with so many events a portion, after one that warms up."""
    with ExitStack() as stack:
        directory, base = (
            Path(stack.enter_context(tempfile.TemporaryDirectory())) for _ in range(2)
        )
        server = stack.enter_context(servers.postgresql_server(base, durable=True))
        given = {"HANDRAISE_DATABASE_URL": servers.new_database(server, "growth")}
        target = stack.enter_context(stage(directory))
        configure(target, given)
        held = _memory(target, events)
        children = [
            stack.enter_context(running(target, f"services.{name}", **given))
            for name in ("scorer", "review")
        ]
        meter = _Meter(target, [child.pid for child in children], given["HANDRAISE_DATABASE_URL"])
        readings = []
        for turn in range(1, _PORTIONS + 2):
            if turn > 1:
                _fill(target, turn, events)
            _wait(lambda turn=turn: meter.is_done(turn * events))  # type: ignore[misc]
            readings.append(meter.read())
        return _constants(readings, held, events)


class _Meter:
    """Reads what everything has used."""

    def __init__(self, target: Stage, pids: Sequence[int], database: str) -> None:
        self._redis = target.redis
        self._scorer, self._review = (psutil.Process(pid) for pid in pids)
        self._engine = create_engine(database)

    def is_done(self, events: int) -> bool:
        """Whether so many are routed."""
        return acknowledged(self._redis, _PREDICTIONS, "review") >= events

    def read(self) -> _Reading:
        """What was used until now; what PostgreSQL has in its log only is written first."""
        with self._engine.connect() as connection:
            size = connection.execute(text("SELECT pg_database_size(current_database())")).scalar()
            backend = connection.execute(text("SELECT pg_backend_pid()")).scalar()
        whole = psutil.Process(int(backend or 0)).parent()
        told = self._redis.info("cpu")
        return _Reading(
            scorer=_cpu(self._scorer),
            review=_cpu(self._review),
            postgresql=sum(map(_cpu, whole.children())) if whole else 0.0,
            redis=float(told["used_cpu_user"]) + float(told["used_cpu_sys"]),
            record=float(size or 0),
        )


def _cpu(process: psutil.Process) -> float:
    used = process.cpu_times()
    return float(used.user + used.system)


def _memory(target: Stage, events: int) -> list[float]:
    """Bytes of Redis for each request, in three thirds of the first portion."""
    held = []
    for step in range(3):
        numbers = range(step * events // 3, (step + 1) * events // 3)
        before = target.redis.info("memory")["used_memory"]
        _put(target, numbers)
        held.append((target.redis.info("memory")["used_memory"] - before) / len(numbers))
    return held


def _fill(target: Stage, turn: int, events: int) -> None:
    _put(target, range((turn - 1) * events, turn * events))


def _put(target: Stage, numbers: range) -> None:
    pipeline = target.redis.pipeline(transaction=False)
    for number in numbers:
        pipeline.xadd(_REQUESTS, {"data": document(EventType.SCORING_REQUESTED, number)})
    pipeline.execute()


def _constants(readings: Sequence[_Reading], held: Sequence[float], events: int) -> Constants:
    steps = list(pairwise(readings))

    def of(value: Callable[[_Reading], float]) -> Range:
        costs = [(value(after) - value(before)) / events for before, after in steps]
        return Range(min(costs), max(costs))

    load = psutil.getloadavg()[0]
    return Constants(
        date=f"{datetime.now(UTC):%Y-%m-%d}",
        machine=f"{psutil.cpu_count()} cores, {platform.machine()}, load {load:.0f}",
        scorer=of(lambda r: r.scorer),
        review=of(lambda r: r.review),
        postgresql=of(lambda r: r.postgresql),
        redis=of(lambda r: r.redis),
        redis_bytes=Range(min(held), max(held)),
        record_bytes=of(lambda r: r.record),
    )


def _wait(done: Callable[[], bool]) -> None:
    end = time.monotonic() + _PATIENCE_SECONDS
    while not done():
        if time.monotonic() > end:
            raise TimeoutError("scorer or review does not get on; see its log above")
        time.sleep(0.05)
