"""The learner beside the best online and batch models: `./run bench learner`.

Test-then-train in micro-batches of 16. Each figure stands beside the best anchor for it in the same
run, and beside what was wanted. Streams run in their own order; with `--seeds` the other data
run in three orders and figures are means. The names of data sets choose some of them; `--events`
takes the first so many of each.
"""

import argparse
import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from statistics import fmean, pstdev

from rich.console import Console
from rich.table import Table

from benchmarks.learner.anchors import OURS, names
from benchmarks.learner.data import DATA_SETS, DataSet, project_of
from benchmarks.learner.goals import GOALS, WHOLE_GOALS
from benchmarks.learner.prequential import Scores
from benchmarks.learner.tasks import SEED, scores_of, wrongly_decided
from benchmarks.table import Figure, main

_WHOLE = (OURS, "sgd")
_ALL = 50_000


def measure(arguments: argparse.Namespace) -> Sequence[Figure]:
    """All figures of the learner."""
    chosen = [data for data in DATA_SETS if getattr(arguments, data.name)] or list(DATA_SETS)
    figures: list[Figure] = []
    context = get_context("spawn")
    with ProcessPoolExecutor(os.cpu_count(), mp_context=context) as pool:
        for data in chosen:
            seeds = range(1, 4) if arguments.seeds and not data.is_stream else (SEED,)
            project = project_of(data.examples(SEED), data.name)
            started = {
                (name, seed): pool.submit(scores_of, data.name, name, seed, arguments.events)
                for name in names(project)
                for seed in seeds
            }
            whole = {
                name: pool.submit(wrongly_decided, data.name, name, arguments.events)
                for name in (_WHOLE if data.name in WHOLE_GOALS else ())
            }
            scores = {
                name: [started[name, seed].result() for seed in seeds] for name in names(project)
            }
            _show(data, scores)
            figures += _compared(data, scores)
            if whole:
                ours, sgd = (whole[name].result() for name in _WHOLE)
                figures += _whole_figures(data, ours, sgd)
    return figures


def _show(data: DataSet, scores: dict[str, list[Scores]]) -> None:
    """Everybody's figures, as mean and spread over the orders."""
    table = Table("who", "accuracy", "log-loss", "macro-F1", title=data.name)
    for name, found in scores.items():
        columns = zip(*((s.accuracy, s.log_loss, s.macro_f1) for s in found), strict=True)
        table.add_row(name, *(_spread(column) for column in columns))
    Console(width=100).print(table)


def _spread(values: Sequence[float]) -> str:
    spread = f" ± {pstdev(values):.4f}" if len(values) > 1 else ""
    return f"{fmean(values):.4f}{spread}"


def _compared(data: DataSet, scores: dict[str, list[Scores]]) -> Iterator[Figure]:
    """Ours beside the best anchor, and beside what was wanted, in thousandths."""
    for what, at_most in (("accuracy", False), ("log_loss", True), ("macro_f1", False)):
        means = {name: fmean(getattr(s, what) for s in found) for name, found in scores.items()}
        anchors = [name for name in means if name != OURS]
        best = (min if at_most else max)(anchors, key=means.__getitem__)
        label = f"{data.name}: {what.replace('_', '-')}"
        yield _figure(f"{label} / {best}", means[OURS], means[best], at_most=at_most)
        wanted = GOALS.get((data.name, what))
        if wanted is not None:
            yield _figure(f"{label} / wanted", means[OURS], wanted, at_most=at_most)


def _whole_figures(data: DataSet, ours: float, sgd: float) -> Iterator[Figure]:
    label = f"{data.name}: decided wrongly"
    yield _figure(f"{label} / sgd, random fifth", ours, sgd, at_most=True)
    yield _figure(f"{label} / wanted", ours, WHOLE_GOALS[data.name], at_most=True)


def _figure(name: str, ours: float, other: float, *, at_most: bool) -> Figure:
    """In thousandths; the goal is to be no worse."""
    return Figure(name, 1000 * ours, 1000 * other, 1, "‰", at_most)


if __name__ == "__main__":
    switches = {data.name: f"measure {data.name}" for data in DATA_SETS}
    main("learner", measure, {**switches, "seeds": "three orders where order is free"}, events=_ALL)
