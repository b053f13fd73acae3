"""What one answer of a served model takes: `./run bench serving`.

The full mixture, as the scorer asks it, on rows that it has not learned: one row at a time on
licence clauses (words hashed to 2**18 columns), and batches of 256 on churn (a table). Time is that
of the thread: other work on the machine does not count.
"""

import argparse
import time
from collections.abc import Callable, Sequence

import numpy as np
from threadpoolctl import threadpool_limits

from benchmarks.evidence import AT_ONCE, Row, learned
from benchmarks.learner.data import DATA_SETS
from benchmarks.table import Figure, main
from shared.model.serving import ServingModel

ONE_MILLISECONDS = 0.3
ROWS_A_SECOND = 10_000
ROUNDS = 5


def measure(arguments: argparse.Namespace) -> Sequence[Figure]:
    """One prediction of texts, and many of a table; with all that a prediction says besides."""
    threadpool_limits(1)  # as in the scorer
    text, texts = _learned("contracts", arguments.events)
    table, rows = _learned("churn", arguments.events)
    one = 1e3 * _seconds_each(text.predict_proba, texts[:AT_ONCE], 1)
    told = 1e3 * _seconds_each(text.judge, texts[:AT_ONCE], 1)
    many = 1 / _seconds_each(table.predict_proba, rows, AT_ONCE)
    judged = 1 / _seconds_each(table.judge, rows, AT_ONCE)
    name, unit = f"churn, {AT_ONCE} rows at once", "rows/s"
    limit = ONE_MILLISECONDS
    return [
        Figure("one clause, median", one, limit, 1.0, "ms", at_most=True),
        Figure("the same with evidence and novelty", told, limit, None, "ms", at_most=True),
        Figure(name, many, ROWS_A_SECOND, 1.0, unit),
        Figure("the same with evidence and novelty", judged, ROWS_A_SECOND, 1.0, unit),
    ]


def _learned(name: str, events: int) -> tuple[ServingModel, list[Row]]:
    (data,) = (data for data in DATA_SETS if data.name == name)
    model, rows, _ = learned(data, events)
    return model, rows


def _seconds_each(
    ask: Callable[[Sequence[Row]], object], rows: Sequence[Row], at_once: int
) -> float:
    """Seconds a row: the best round of the median call."""
    rounds = []
    for _ in range(ROUNDS):
        calls = []
        for start in range(0, len(rows), at_once):
            began = time.thread_time()
            ask(rows[start : start + at_once])
            calls.append((time.thread_time() - began) / at_once)
        rounds.append(float(np.median(calls)))
    return min(rounds)


if __name__ == "__main__":
    main("Serving: what an answer takes", measure, events=3_000)
