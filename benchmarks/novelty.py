"""Whether events unlike all that was learned are told from ordinary ones, and what that costs.

The product's learner learns a part of a real data set in a random order. Of the events that follow
each is judged as it is, and with something strange planted in it. The figure is the area under the
ROC curve: the share of pairs of a planted and an ordinary event in which the planted one is the
more novel (half of it for ties).
"""

import argparse
import random
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata  # type: ignore[import-untyped]
from threadpoolctl import threadpool_limits

from benchmarks.learner.data import DATA_SETS, Example, project_of
from benchmarks.table import Figure, main
from shared.events import FeatureValue
from shared.model.learner import Learner
from shared.model.serving import ServingModel
from shared.model.state import ModelState
from shared.project import FieldKind

_SETS = {"churn": 3_000, "contracts": 2_000, "maintenance": 2_000}
"""How many examples of each are learned."""

_JUDGED = 1_000
_SEED = 1
_PERFECT, _GOAL = 1.0, 0.95
_BATCH, _ROUNDS, _MICROSECONDS = 100, 20, 10.0
_CONSONANTS, _VOWELS = "bcdfgklmnprst", "aeiou"

Strange = Callable[[random.Random, FeatureValue], FeatureValue]


@dataclass(frozen=True)
class Plant:
    """Something strange.

    Attributes:
        kind: in which fields it is planted, one of each event.
        value: what becomes of the field's value.
        goal: the least area; None: it is told, not asked for.
    """

    kind: FieldKind
    value: Strange
    goal: float | None = _GOAL


def _word(draw: random.Random) -> str:
    return "".join(draw.choice(_CONSONANTS) + draw.choice(_VOWELS) for _ in range(3))


def _half(draw: random.Random, text: FeatureValue) -> str:
    return " ".join(w if draw.random() < 0.5 else _word(draw) for w in str(text).split())  # noqa: PLR2004


PLANTS = {
    "a category never seen": Plant(FieldKind.CATEGORY, lambda draw, _: _word(draw)),
    "a number that is 10 times as large": Plant(
        FieldKind.NUMBER,
        lambda _, n: 10 * n if isinstance(n, int | float) and not isinstance(n, bool) else n,
        None,
    ),
    "a number far outside": Plant(FieldKind.NUMBER, lambda *_: 1e7),
    "another vocabulary": Plant(
        FieldKind.TEXT, lambda draw, text: " ".join(_word(draw) for _ in str(text).split()), None
    ),
    "every other word unknown": Plant(FieldKind.TEXT, _half, None),
}


def measure(_: argparse.Namespace) -> Sequence[Figure]:
    """All figures."""
    with threadpool_limits(1):
        return [figure for name, learned in _SETS.items() for figure in _figures(name, learned)]


def _figures(name: str, learned: int) -> Iterator[Figure]:
    data = next(data for data in DATA_SETS if data.name == name)
    examples = data.examples(_SEED)[: learned + _JUDGED]
    project = project_of(examples, name)
    model = _learned(Learner.start(project), examples[:learned])
    rows = [row for row, _ in examples[learned:]]
    ordinary = _novelty(model, rows)
    for what, plant in PLANTS.items():
        fields = [field for field, kind in project.fields.items() if kind is plant.kind]
        if fields:
            planted = _novelty(model, _planted(rows, fields, plant.value))
            goal = _goal(name, plant)
            yield Figure(f"{name}: {what}", _area(planted, ordinary), _PERFECT, goal, "")
    yield Figure(
        f"{name}: time an event", _time(model, rows[:_BATCH]), _MICROSECONDS, 1.0, "us", True
    )


def _goal(name: str, plant: Plant) -> float | None:
    """A vocabulary must be noticed where text is all there is."""
    if plant.kind is FieldKind.TEXT and plant.value is not _half and name == "contracts":
        return _GOAL
    return plant.goal


def _learned(learner: Learner, examples: Sequence[Example]) -> ServingModel:
    for row, label in examples:
        learner.learn(row, {label: 1.0})
    model = learner.serving()
    if model is None:
        raise ValueError("too few examples")
    return model


def _planted(
    rows: Sequence[Mapping[str, FeatureValue]], fields: Sequence[str], value: Strange
) -> list[dict[str, FeatureValue]]:
    draw = random.Random(_SEED)  # noqa: S311 - not a secret
    changed = []
    for row in rows:
        field = draw.choice(fields)
        changed.append({**row, field: value(draw, row.get(field))})
    return changed


def _novelty(
    model: ServingModel, rows: Sequence[Mapping[str, FeatureValue]]
) -> NDArray[np.float64]:
    novelty = model.judge(rows)[2]
    if novelty is None:
        raise ValueError("the model does not tell what is novel")
    return novelty


def _area(planted: NDArray[np.float64], ordinary: NDArray[np.float64]) -> float:
    """The area under the ROC curve (Mann and Whitney 1947)."""
    ranks = rankdata(np.concatenate([planted, ordinary]))[: len(planted)]
    above = ranks.sum() - len(planted) * (len(planted) + 1) / 2
    return float(above / (len(planted) * len(ordinary)))


def _time(model: ServingModel, rows: Sequence[Mapping[str, FeatureValue]]) -> float:
    """Microseconds that novelty adds to an event, in batches of 100; the best of 20."""
    return max(0.0, _judging(model, rows) - _judging(_silent(model), rows))


def _silent(model: ServingModel) -> ServingModel:
    """The same as an older version had published it, which told nothing of novelty."""
    state = model.state()
    document = {name: part for name, part in state.document.items() if name != "usual"}
    return ServingModel.from_state(ModelState(document, state.arrays, state.shared))


def _judging(model: ServingModel, rows: Sequence[Mapping[str, FeatureValue]]) -> float:
    spent = []
    for _ in range(_ROUNDS):
        began = time.perf_counter()
        model.judge(rows)
        spent.append(time.perf_counter() - began)
    return 1e6 * min(spent) / len(rows)


if __name__ == "__main__":
    main("novelty", measure)
