"""The learner beside the best online and batch models: `./run bench learner`.

Test-then-train in micro-batches of 16. Each figure stands beside the best anchor for it in the
same run, and beside what was wanted. Streams run in their own order, the other data in three:
figures are means and spreads (with `--once`, of one order). The names of data sets choose some of
them; `--events` takes the first so many of each. All of it takes an hour or two of a core; with
`--keep FILE` what anchors score is kept there, and not measured again.
"""

import argparse
from collections.abc import Iterator, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor
from multiprocessing import get_context
from statistics import fmean, pstdev

from rich.console import Console
from rich.table import Table

from benchmarks.learner.anchors import OURS, names
from benchmarks.learner.data import DATA_SETS, DataSet, project_of
from benchmarks.learner.goals import GOALS, WHOLE_GOALS
from benchmarks.learner.kept import Kept, Run
from benchmarks.learner.prequential import Scores
from benchmarks.learner.tasks import SEED, scores_of, wrongly_decided
from benchmarks.table import Figure, main

ORDERS = 3
COLUMNS = (("accuracy", False), ("log_loss", True), ("macro_f1", False))
"""Attributes of scores, and whether less is better."""
_WHOLE = (OURS, "sgd")
_ALL = 50_000


def measure(arguments: argparse.Namespace) -> Sequence[Figure]:
    """All figures of the learner."""
    chosen = [data for data in DATA_SETS if getattr(arguments, data.name)] or list(DATA_SETS)
    kept, most = Kept(arguments.keep), arguments.events
    figures: list[Figure] = []
    context = get_context("spawn")
    with ProcessPoolExecutor(arguments.at_once, mp_context=context) as pool:
        for data in chosen:
            seeds = (SEED,) if arguments.once or data.is_stream else range(SEED, SEED + ORDERS)
            whole = {
                name: pool.submit(wrongly_decided, data.name, name, most)
                for name in (_WHOLE if data.name in WHOLE_GOALS else ())
            }
            scores = _scores(pool, kept, data, seeds, most)
            _show(data, scores)
            figures += _compared(data, scores)
            if whole:
                ours, sgd = (whole[name].result() for name in _WHOLE)
                figures += _whole_figures(data, ours, sgd)
    return figures


def _scores(
    pool: Executor, kept: Kept, data: DataSet, seeds: Sequence[int], most: int
) -> dict[str, list[Scores]]:
    """Everybody's scores, one for each order."""
    everybody = names(project_of(data.examples(SEED), data.name))
    runs: list[Run] = [(data.name, name, seed, most) for name in everybody for seed in seeds]
    started = {run: pool.submit(scores_of, *run) for run in runs if kept.of(run) is None}
    scores: dict[str, list[Scores]] = {name: [] for name in everybody}
    for run in runs:
        if run in started:
            kept.add(run, started[run].result())
        scores[run[1]].append(kept.of(run) or started[run].result())
    return scores


def _show(data: DataSet, scores: dict[str, list[Scores]]) -> None:
    """Everybody's figures, as mean and spread over the orders, and what was wanted of ours."""
    table = Table("who", *(what.replace("_", "-") for what, _ in COLUMNS), title=data.name)
    for name, found in scores.items():
        table.add_row(name, *(_spread([getattr(s, what) for s in found]) for what, _ in COLUMNS))
    told = [_told(data, what, scores[OURS], at_most=at_most) for what, at_most in COLUMNS]
    table.add_row("wanted of ours", *told)
    Console(width=100).print(table)


def _told(data: DataSet, what: str, found: Sequence[Scores], *, at_most: bool) -> str:
    """What was wanted, and whether it is met."""
    wanted = GOALS.get((data.name, what))
    if wanted is None:
        return "-"
    ours = fmean(getattr(s, what) for s in found)
    met = ours <= wanted if at_most else ours >= wanted
    return f"{'≤' if at_most else '≥'} {wanted:g} {'met' if met else 'missed'}"


def _spread(values: Sequence[float]) -> str:
    spread = f" ± {pstdev(values):.4f}" if len(values) > 1 else ""
    return f"{fmean(values):.4f}{spread}"


def _compared(data: DataSet, scores: dict[str, list[Scores]]) -> Iterator[Figure]:
    """Ours beside the best anchor, and beside what was wanted, in thousandths."""
    for what, at_most in COLUMNS:
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
    switches |= {"once": "one order, not three"}
    numbers = {"at-once": (2, "processes")}
    files = {"keep": "keeps what anchors had scored"}
    main("learner", measure, switches, numbers, events=_ALL, files=files)
