"""How often the promise is broken, and what it costs: `./run bench certificate`.

Eight synthetic streams of 60,000 events (`streams.py`), promised α = 5 % over blocks of W = 10,000
with δ = 5 %: by the product's own rules, by the prototype, by a fixed threshold, by a threshold
calibrated on the labels that come by, and by rolling conformal prediction. Then greater and smaller
blocks, late answers, adversaries, and real events with the product's learner in the loop.
"""

import argparse
import os
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from multiprocessing import get_context
from statistics import fmean, median

from scipy.stats import binomtest  # type: ignore[import-untyped]

from benchmarks.certificate import real, tiers
from benchmarks.certificate.certified import Label
from benchmarks.certificate.outcome import Promise
from benchmarks.certificate.policies import Product
from benchmarks.certificate.rows import (
    BUDGETS,
    HOSTILE,
    HOSTILES,
    LATE,
    PEERS,
    PRODUCT,
    PROTOTYPE,
    ROWS,
    STREAMS,
    Play,
    Row,
    play,
)
from benchmarks.table import Figure, main
from services.review.domain.certificate.block import Block
from services.review.domain.certificate.gate import Gate
from services.review.domain.coin import Draw, coin

Plays = dict[tuple[str, str], list[Play]]

_PROCESSES = 2
_REAL_SEEDS = 1
_OF_ORACLE = {"stationary": 1.75, "stationary, B = 2,000": 1.5, "stationary, B = 10,000": 1.3}
_REOPENED, _FIRST, _BROKEN_RELEASE = 4_000, 800, 0.1
_MICROSECONDS = 20
_TIMED = 20_000


def measure(arguments: argparse.Namespace) -> Sequence[Figure]:
    """All figures."""
    os.nice(10)
    plays = _play(arguments.seeds)
    if arguments.picture:
        from benchmarks.certificate.picture import draw  # noqa: PLC0415 - matplotlib is heavy

        draw(plays)
    return [
        *(figure for row in STREAMS for figure in _stream(plays, row)),
        *(figure for row in BUDGETS for figure in _reviews(plays, row)),
        *_recovery(plays),
        *(figure for row in (*LATE, *HOSTILES) for figure in _adverse(plays, row)),
        *(figure for source in real.SOURCES.values() for figure in _real(plays, source)),
        *tiers.figures(),
        _time_an_event(),
    ]


def _play(seeds: int) -> Plays:
    """Everything, on two processes that give way to others; the long ones first."""
    synthetic = [
        (row.name, method, seed)
        for row in sorted(ROWS.values(), key=lambda row: -row.events)
        for method in row.methods
        for seed in row.seeds(method, seeds)
    ]
    plays: Plays = defaultdict(list)
    with get_context("spawn").Pool(_PROCESSES) as pool:
        for played in pool.imap_unordered(real.play, real.tasks(min(seeds, _REAL_SEEDS))):
            plays[played.row, played.method].append(played)
        for played in pool.imap_unordered(play, synthetic, chunksize=4):
            plays[played.row, played.method].append(played)
    return plays


def _stream(plays: Plays, row: Row) -> Iterator[Figure]:
    yield _broken(plays, row.name, PRODUCT, row.promise, 1.0)
    yield from _reviews(plays, row)
    for method in PEERS:
        yield _broken(plays, row.name, method, row.promise, None)
        theirs = _mean(plays[row.name, method])
        ours = _mean(plays[row.name, PRODUCT])
        yield Figure(f"{row.name}: reviews / {method}", ours, theirs, None, "%", True)


def _reviews(plays: Plays, row: Row) -> Iterator[Figure]:
    if row not in STREAMS:
        yield _broken(plays, row.name, PRODUCT, row.promise, 1.0)
    ours, theirs = plays[row.name, PRODUCT], plays[row.name, PROTOTYPE]
    seeds = {played.seed for played in theirs}
    shared = [played for played in ours if played.seed in seeds]
    oracle = 100 * fmean(played.oracle for played in ours)
    goal = _OF_ORACLE.get(row.name)
    yield Figure(f"{row.name}: reviews / oracle", _mean(ours), oracle, goal, "%", True)
    name = f"{row.name}: reviews / prototype, the same {len(seeds)} seeds"
    yield Figure(name, _mean(shared), _mean(theirs), 1.0, "%", True)


def _recovery(plays: Plays) -> Iterator[Figure]:
    for row in STREAMS:
        played = plays[row.name, PRODUCT]
        reopened = [p.reopened for p in played if p.reopened is not None]
        escapes = [p.escapes for p in played if p.escapes is not None]
        if reopened:
            name = f"{row.name}: events until 80 % is back, median / limit"
            goal = 1.0 if row.name != "slice" else None
            yield Figure(name, median(reopened), _REOPENED, goal, "", True)
            goal = _BROKEN_RELEASE if row.name == "inverted" else None
            name = f"{row.name}: escapes from change to trough, median / B"
            yield Figure(name, median(escapes), row.promise.budget, goal, "", True)
    first = median(p.first for p in plays["stationary", PRODUCT])
    yield Figure("labels until the first acceptance, median / limit", first, _FIRST, 1, "", True)


def _adverse(plays: Plays, row: Row) -> Iterator[Figure]:
    method = HOSTILE if (row.name, HOSTILE) in plays else PRODUCT
    undeclared = row.people.miss_rate > row.declared
    figure = _broken(plays, row.name, method, row.promise, None if undeclared else 1.0)
    if method == HOSTILE:
        # This adversary gets exactly the share that the credits allow, so chance needs room.
        blocks = sum(played.blocks for played in plays[row.name, method])
        delta = row.promise.delta
        room = 3 * (delta * (1 - delta) / blocks) ** 0.5
        name = f"{figure.name} / δ and three standard deviations"
        yield replace(figure, name=name, peer=100 * (delta + room))
        return
    yield figure
    oracle = 100 * fmean(played.oracle for played in plays[row.name, method])
    reviews = _mean(plays[row.name, method])
    yield Figure(f"{row.name}: reviews / oracle", reviews, oracle, None, "%", True)


def _real(plays: Plays, source: real.Source) -> Iterator[Figure]:
    if (source.name, PRODUCT) not in plays:
        return
    ours = _mean(plays[source.name, PRODUCT])
    yield _broken(plays, source.name, PRODUCT, source.promise, 1.0)
    for method in PEERS:
        yield _broken(plays, source.name, method, source.promise, None)
        theirs = _mean(plays[source.name, method])
        yield Figure(f"{source.name}: reviews / {method}", ours, theirs, None, "%", True)


def _broken(plays: Plays, row: str, method: str, promise: Promise, goal: float | None) -> Figure:
    """The share of blocks that broke the promise, with its 95 % interval (Clopper-Pearson)."""
    broken = sum(played.broken for played in plays[row, method])
    blocks = sum(played.blocks for played in plays[row, method])
    interval = binomtest(broken, blocks).proportion_ci()
    name = (
        f"{row}: broken blocks, {method}, {broken} of {blocks:,}"
        f" ({100 * interval.low:.1f} to {100 * interval.high:.1f} %)"
    )
    return Figure(name, 100 * broken / blocks, 100 * promise.delta, goal, "%", True)


def _mean(played: Sequence[Play]) -> float:
    return 100 * fmean(each.reviews for each in played)


def _time_an_event() -> Figure:
    """Coin, gate and threshold, as the router asks them: the threshold once in 100 events."""
    policy = Product(Promise())
    for place in range(3_000):
        wrong = place % 11 == 0
        policy.take(Label(place, 0.4 if wrong else place / 10_000, wrong, 1.0, False, None))
    gate, limit = Gate(Block(1, policy.terms())), None
    began = time.process_time()
    for event in range(_TIMED):
        if event % 100 == 0:
            limit = policy.threshold(gate.block)
        gate.rule(event / _TIMED / 2, limit, coin(b"key", Draw.AUDIT, "churn", f"e{event}"))
    spent = 1e6 * (time.process_time() - began) / _TIMED
    return Figure("time an event / limit", spent, _MICROSECONDS, 1, "µs", True)


if __name__ == "__main__":
    main(
        "certificate",
        measure,
        {"picture": "draw docs/images/certificate.png anew"},
        {"seeds": (200, "seeds of each synthetic stream")},
    )
