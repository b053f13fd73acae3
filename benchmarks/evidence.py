"""What it costs to say what carried a prediction, and whether it is what carries it.

How novel a row is comes in the same breath, and in the same cost.

On churn (a table) and contracts (text): microseconds an event more than the prediction alone, in
batches of 256. The second figure asks the whole mixture, trees included: how often the field that
matters most, found by leaving out one after the other, is among the first three that are named.
"""

import argparse
import time
from collections.abc import Callable, Mapping, Sequence

import numpy as np

from benchmarks.learner.data import DATA_SETS, DataSet, project_of
from benchmarks.table import Figure, main
from shared.events import FeatureValue
from shared.model.challengers.fitting import fit
from shared.model.learner import Learner
from shared.model.probabilities import Floats
from shared.model.serving import ServingModel

AT_ONCE = 256
ROUNDS = 5
ASKED = 300
NAMED = 3
LIMIT_MICROSECONDS = {"churn": 60.0, "contracts": 300.0}
LEAST_SHARE = 0.8

Row = Mapping[str, FeatureValue]


def measure(arguments: argparse.Namespace) -> Sequence[Figure]:
    """Both figures of each data set; texts have one field only, so only what it costs."""
    figures = []
    for data in (data for data in DATA_SETS if data.name in LIMIT_MICROSECONDS):
        model, rows, fields = learned(data, arguments.events)
        alone, told = (_microseconds(ask, rows) for ask in (model.predict_proba, model.judge))
        limit = LIMIT_MICROSECONDS[data.name]
        name = f"{data.name}: reasons and novelty"
        figures.append(Figure(name, told - alone, limit, 1.0, "us", at_most=True))
        figures.append(Figure(f"{data.name}: prediction alone", alone, told, None, "us"))
        if len(fields) > 1:
            share = _agreement(model, rows[:ASKED], fields)
            name = f"{data.name}: named among the first {NAMED}"
            figures.append(Figure(name, 100 * share, 100 * LEAST_SHARE, 1.0, "%"))
    return figures


def learned(data: DataSet, events: int) -> tuple[ServingModel, list[Row], list[str]]:
    """A model of the first events, and rows that it has not seen."""
    examples = data.examples(seed=1)
    project = project_of(examples, data.name)
    learner = Learner.start(project)
    for row, label in examples[:events]:
        learner.learn(row, {label: 1.0})
        while (refit := learner.due()) is not None:
            learner.install(refit, fit(learner.task(refit)))
    model = learner.serving()
    if model is None:
        raise ValueError("a model needs 32 events: ask for more with --events")
    rows = [row for row, _ in examples[events : events + 4 * AT_ONCE]]
    model.judge(rows[:1])
    return model, rows, list(project.fields)


def _microseconds(ask: Callable[[Sequence[Row]], object], rows: Sequence[Row]) -> float:
    rounds = []
    for _ in range(ROUNDS):
        began = time.thread_time()
        for start in range(0, len(rows), AT_ONCE):
            ask(rows[start : start + AT_ONCE])
        rounds.append((time.thread_time() - began) / len(rows) * 1e6)
    return min(rounds)


def _agreement(model: ServingModel, rows: Sequence[Row], fields: Sequence[str]) -> float:
    """How often the field without which the answer changes most is among the first named."""
    probabilities, told, _ = model.judge(rows)
    agreed = []
    for row, answer, reasons in zip(rows, probabilities, told, strict=True):
        chosen = int(answer.argmax())
        without = model.predict_proba([{**row, field: None} for field in fields])[:, chosen]
        change = np.abs(_log_odds(without) - _log_odds(answer[chosen]))
        agreed.append(fields[int(change.argmax())] in [r.field for r in reasons[:NAMED]])
    return float(np.mean(agreed))


def _log_odds(probability: Floats) -> Floats:
    odds: Floats = np.log(probability / (1 - probability))
    return odds


if __name__ == "__main__":
    main("Evidence: what reasons cost", measure, events=2_000)
