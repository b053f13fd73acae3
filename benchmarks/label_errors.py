"""Planted label errors: how many of them are among the first that get a second look.

One answer in twenty of churn, segments and contracts is replaced by another label, and the learner
learns from all of them, test-then-train in micro-batches of 16. Answers are ranked as the product
ranks them, by what the model had said before it learned of them; a tenth is looked at again.
"""

import argparse
import random
from collections.abc import Sequence

import numpy as np

from benchmarks.learner.contestants import Ours, Row
from benchmarks.learner.data import DATA_SETS, DataSet, Example, project_of
from benchmarks.learner.prequential import BATCH
from benchmarks.table import Figure, main
from services.review.domain.suspects import contradiction

PLANTED, LOOKED_AT = 0.05, 0.1
WANTED = 60.0
SEED = 1
_NAMES = ("churn", "segments", "contracts")


def measure(arguments: argparse.Namespace) -> Sequence[Figure]:
    """The share of planted errors that is found, beside what was wanted."""
    chosen = [name for name in _NAMES if getattr(arguments, name)] or _NAMES
    return [
        Figure(
            f"{data.name}: found in the first tenth",
            100 * _found(data, data.examples(SEED)[: arguments.events]),
            WANTED,
            1.0,
            "%",
        )
        for data in DATA_SETS
        if data.name in chosen
    ]


def _found(data: DataSet, examples: Sequence[Example]) -> float:
    project = project_of(examples, data.name)
    draw, labels = random.Random(SEED), project.labels  # noqa: S311 - planted, not secret
    planted = set(draw.sample(range(len(examples)), round(PLANTED * len(examples))))
    said = [
        draw.choice([other for other in labels if other != label]) if at in planted else label
        for at, (_, label) in enumerate(examples)
    ]
    scores = _scores(Ours(project), [row for row, _ in examples], said, labels)
    order = sorted(range(len(examples)), key=lambda at: -scores[at])
    return len(planted & set(order[: round(LOOKED_AT * len(order))])) / len(planted)


def _scores(
    ours: Ours, rows: Sequence[Row], said: Sequence[str], labels: Sequence[str]
) -> list[float]:
    """How suspect each answer is, by what was predicted beforehand; 0 if nothing contradicts it."""
    scores: list[float] = []
    places = {label: place for place, label in enumerate(labels)}
    for start in range(0, len(rows), BATCH):
        batch, answers = rows[start : start + BATCH], said[start : start + BATCH]
        for row, label in zip(ours.predict(batch).tolist(), answers, strict=True):
            found = contradiction(dict(zip(labels, row, strict=True)), label)
            scores.append(found.score if found else 0.0)
        ours.learn(batch, np.array([places[label] for label in answers]))
    return scores


if __name__ == "__main__":
    about = {name: f"measure {name}" for name in _NAMES}
    main("Label errors: found by a second look", measure, about, events=7_043)
