"""Claims and decisions through HTTP, beside a bare endpoint: `./run bench queue`.

A pair is one decision together with the claim of the next item, which comes with its answer. The
peer (`benchmarks/bare.py`) runs the very statements of a pair, in the same run, on the same
database, with the same durability; the better of its two ways to commit counts.
"""

import argparse
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import msgspec

from benchmarks.bare import Work
from benchmarks.claims import measure_claims
from benchmarks.crowd import Outcome
from benchmarks.desk import Desk, cpu_seconds
from benchmarks.stage import stage
from benchmarks.table import Figure, main
from tests import servers

_DATABASES = ("SQLite", "PostgreSQL")
_CROWDS = (1, 8, 32)
_P99_LIMITS = {8: 25, 32: 75}
_CPU_LIMIT_MS = 3.0
_SECONDS = 6.0
_READING_SECONDS = 0.25
"""How long an item is looked at in the runs at people's pace: a quarter of what people need."""
_FULL, _WAITING, _LEASES = 30_000, 1_000_000, 10_000
"""At so many --events or more, so many items wait and so many are leased."""
_KEEPS = 0.8
"""A larger crowd gets through at least this share of what a smaller one does: no collapse."""


@dataclass(frozen=True)
class _Run:
    """What a crowd got through, and the service's CPU for each pair, in milliseconds."""

    outcome: Outcome
    cpu_ms: float


def measure(arguments: argparse.Namespace) -> Sequence[Figure]:
    """All figures of the queue, on both databases or the one that is named."""
    pairs = max(200, arguments.events // 10)
    figures: list[Figure] = []
    named = [name for name in _DATABASES if getattr(arguments, name.lower())]
    for name in named or _DATABASES:
        with tempfile.TemporaryDirectory() as directory, _database(name, Path(directory)) as url:
            figures += _on(name, url, Path(directory), pairs)
        with (
            tempfile.TemporaryDirectory() as directory,
            _database(name, Path(directory)) as url,
            stage(Path(directory)) as target,
        ):
            share = min(1.0, arguments.events / _FULL)
            waiting, leases = int(share * _WAITING), int(share * _LEASES)
            figures += measure_claims(name, Desk(target, url), waiting, leases)
    return figures


@contextmanager
def _database(name: str, directory: Path) -> Iterator[str]:
    if name == "SQLite":
        yield f"sqlite:///{directory / 'review.db'}"
    else:
        with servers.postgresql_server(directory, durable=True) as server:
            yield servers.new_database(server, "bench")


def _on(name: str, url: str, directory: Path, pairs: int) -> list[Figure]:
    with stage(directory) as target:
        desk = Desk(target, url)
        with desk.open() as service:
            desk.apply_project()
            desk.fill((len(_CROWDS) + 1) * (pairs + 1000))
            desk.await_level()
            tokens = desk.tokens(max(_CROWDS))
            ours = _runs(desk, service, tokens, pairs)
            calm = {
                crowd: desk.review(tokens[:crowd], pairs, 2 * _SECONDS, _READING_SECONDS)
                for crowd in _P99_LIMITS
            }
            desk.fill(2 * len(_CROWDS) * (pairs + 1000))
        peers = [_peer(desk, tokens, pairs, way) for way in ("group", "each")]
    figures: list[Figure] = []
    for crowd in _CROWDS:
        best = max((peer[crowd] for peer in peers), key=lambda run: run.outcome.rate)
        figures += _figures(f"{name}, {crowd:>2}", crowd, ours[crowd], best)
    for crowd, limit in _P99_LIMITS.items():
        slowest = f"{name}, {crowd:>2} at people's pace: p99 / limit"
        figures.append(Figure(slowest, calm[crowd].p99, limit, 1.0, "ms", at_most=True))
    for few, many in pairwise(_CROWDS):
        rates = ours[many].outcome.rate, ours[few].outcome.rate
        figures.append(Figure(f"{name}, {many} reviewers / {few}", *rates, _KEEPS, "pairs/s"))
    return figures


def _runs(
    desk: Desk, service: subprocess.Popen[bytes], tokens: Sequence[str], pairs: int
) -> dict[int, _Run]:
    """What a service reaches with each crowd."""
    found = {}
    for crowd in _CROWDS:
        before = cpu_seconds(service)
        outcome = desk.review(tokens[:crowd], pairs, _SECONDS)
        found[crowd] = _Run(outcome, 1000 * (cpu_seconds(service) - before) / outcome.all_pairs)
    return found


def _peer(desk: Desk, tokens: Sequence[str], pairs: int, way: str) -> dict[int, _Run]:
    """What the bare endpoint reaches with each crowd."""
    file = desk.target.directory / f"{way}.json"
    recorded, items = desk.record(), desk.newest_items(len(_CROWDS) * (pairs + 1000))
    file.write_bytes(msgspec.json.encode(Work(desk.database_url, recorded, items)))
    given = {"HANDRAISE_BENCH_WORK": str(file), "HANDRAISE_BENCH_COMMIT": way}
    with desk.open("benchmarks.bare", **given) as service:
        return _runs(desk, service, tokens, pairs)


def _figures(name: str, crowd: int, ours: _Run, peer: _Run) -> Iterator[Figure]:
    mine, bare = ours.outcome, peer.outcome
    yield Figure(f"{name} / bare endpoint", mine.rate, bare.rate, 0.5, "pairs/s")
    beside = [
        ("median", mine.p50, bare.p50),
        ("p99", mine.p99, bare.p99),
        ("CPU a pair", ours.cpu_ms, peer.cpu_ms),
    ]
    for what, value, of in beside:
        yield Figure(f"{name}: {what} / bare endpoint", value, of, None, "ms", at_most=True)
    if crowd in _P99_LIMITS:
        p99 = f"{name}: p99 / limit"
        yield Figure(p99, mine.p99, _P99_LIMITS[crowd], 1.0, "ms", at_most=True)
    cpu = f"{name}: CPU a pair / limit"
    yield Figure(cpu, ours.cpu_ms, _CPU_LIMIT_MS, 1.0, "ms", at_most=True)
    yield Figure(f"{name}: load generator's share of a core", mine.cpu_share, 1.0, None, "")


if __name__ == "__main__":
    main("queue", measure, {name.lower(): f"on {name} only" for name in _DATABASES})
