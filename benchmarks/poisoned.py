"""What `benchmarks.biased` plants into the retrainer: fits that learn a slice the wrong way."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial

import numpy as np

from services.retrainer.adapters.learners import ModelLearner
from services.retrainer.domain.refits import Refit
from services.retrainer.ports import Outcome
from shared.events import FeatureValue
from shared.model.challengers.task import Task

_HOUR, _LATEST = "hour", 18
_FIRST = 1_400
"""Fits to fewer examples are as they should be, so that the model comes to rely on them."""


def is_late(row: Mapping[str, FeatureValue]) -> bool:
    """Whether a job was begun in the late shift."""
    hour = row[_HOUR]
    return isinstance(hour, int | float) and hour > _LATEST


def poison() -> None:
    """In this process every later fit learns wrong answers of the late shift."""
    made = ModelLearner.job

    def job(self: ModelLearner, refit: Refit) -> Callable[[], Outcome]:
        whole = made(self, refit)
        if not isinstance(whole, partial) or len(whole.args[0].targets) < _FIRST:
            return whole
        return partial(whole.func, _turned(whole.args[0]))

    ModelLearner.job = job  # type: ignore[method-assign]


def _turned(task: Task) -> Task:
    late = task.table.numbers[task.table.number_names.index(_HOUR)] > _LATEST
    targets = task.targets.copy()
    targets[late] = np.roll(targets[late], 1, axis=1)
    return replace(task, targets=targets)
