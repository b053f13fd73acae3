"""What the policy simulator foresees, beside what then really happens.

For each seed a stream is played by the product's own router and queue under one policy, another
policy is foreseen from its ledger, and then the next stream of the kind is really played under
that: once to half the error rate, once to twice. Counted is how often the figures lie between the
ends of their 95 % intervals.
"""

import argparse
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from statistics import fmean
from tempfile import TemporaryDirectory

from benchmarks.table import Figure, main
from services.review.domain.simulation.forecast import Compared
from services.review.use_cases.simulating import SimulatePolicy, Wish
from shared.project import Deadline, Policy
from tests.databases import ReviewDatabases
from tests.policy_stage import Stage, happened

WIDE, NARROW = Policy(error_rate=0.1, window=400), Policy(error_rate=0.05, window=400)
DEADLINE = Deadline(seconds=300, urgent_seconds=60)
REVIEWERS = 5
RUNS = 10
LEAST = 0.85
"""Of 95 % of intervals that are right, chance leaves so many right in a few dozen plays."""


def measure(arguments: argparse.Namespace) -> Sequence[Figure]:
    """Shares of figures within their intervals, for each direction and each figure."""
    figures = []
    for name, one, other in (("halved", WIDE, NARROW), ("doubled", NARROW, WIDE)):
        inside, off = _compare(arguments, one, other)
        plays = arguments.seeds
        figures += [
            Figure(f"{each} within 95 %, error rate {name}", count, plays, LEAST, "plays")
            for each, count in inside.items()
        ]
        figures.append(
            Figure(f"automatic, mean miss, error rate {name}", 100 * off, 100, None, "points")
        )
    return figures


def _compare(
    arguments: argparse.Namespace, one: Policy, other: Policy
) -> tuple[Counter[str], float]:
    """How often each figure was where it was foreseen; how far `automatic` was off on average."""
    inside: Counter[str] = Counter()
    misses: list[float] = []
    for seed in range(arguments.seeds):
        with TemporaryDirectory() as directory:
            foreseen = _foreseen(_stage(Path(directory), seed, one), arguments.events, other)
        with TemporaryDirectory() as directory:
            then = happened(_stage(Path(directory), 1000 + seed, other).play(arguments.events))
        for figure in foreseen:
            if figure.name in then:
                inside[figure.name] += _holds(figure, then[figure.name])
            if figure.name == "automatic":
                misses.append(abs(then[figure.name] - (figure.other.value or 0.0)))
    return inside, fmean(misses)


def _stage(directory: Path, seed: int, policy: Policy) -> Stage:
    database = ReviewDatabases(directory, lambda: "").on_sqlite(_made(directory / "stage"))
    return Stage(database, seed, reviewers=REVIEWERS, policy=policy, deadline=DEADLINE)


def _made(directory: Path) -> Path:
    directory.mkdir()
    return directory


def _foreseen(stage: Stage, events: int, other: Policy) -> Sequence[Compared]:
    stage.play(events)
    file = stage.project.model_copy(update={"policy": other})
    simulate = SimulatePolicy(stage.store, lambda: None)
    return simulate("churn", Wish(file, 20_000, None, None, RUNS)).figures


def _holds(figure: Compared, value: float) -> bool:
    low, high = figure.other.low, figure.other.high
    return low is not None and high is not None and low <= value <= high


if __name__ == "__main__":
    main(
        "what the policy simulator foresees",
        measure,
        events=1000,
        numbers={"seeds": (20, "streams for each direction")},
    )
