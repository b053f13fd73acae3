"""Fitting what a project brings."""

from typing import Any
from warnings import catch_warnings

import numpy as np

from shared.errors import Misconfigured
from shared.model.brought.answering import ask, classes_of, teach
from shared.model.brought.making import make
from shared.model.brought.storing import dump, load
from shared.model.brought.table import Table
from shared.model.challengers.task import Task
from shared.model.voices.brought import BroughtVoice, Fitted, matrix_of
from shared.project import Expert, Reads

_COMPARED = 16
"""Rows on which a model is asked before it is stored, and after."""


def bring(task: Task) -> BroughtVoice:
    """Fit an expert to a task's examples.

    Raises:
        Misconfigured: it cannot be made, fitted, stored or asked; the message says why.
    """
    expert = task.expert
    if expert is None:
        raise ValueError(f"{task.challenger} is one of ours")
    model = make(expert)
    try:
        with catch_warnings(action="ignore"):  # a fit that is near is near enough
            return _fitted(expert, model, task)
    except Exception as error:  # whatever the code of others raises
        what = f"{type(error).__name__}: {error}"
        raise Misconfigured(
            f"experts: {expert.name}: {expert.model} cannot be used: {what}"
        ) from error


def _fitted(expert: Expert, model: Any, task: Task) -> BroughtVoice:  # noqa: ANN401
    labels = task.targets.shape[1]
    table = None if expert.reads is Reads.VECTORS else Table.fit(task.table)
    rows = matrix_of(task.vectors) if table is None else table.matrix(task.table)
    teach(model, rows, task.answers, task.weights)
    stored, package = dump(model), expert.model.split(".")[0]
    fitted = Fitted(load(stored, package), stored, package)
    if not np.array_equal(
        ask(fitted.model, rows[:_COMPARED], labels), ask(model, rows[:_COMPARED], labels)
    ):
        raise ValueError("when it is stored and read again it answers otherwise")
    return BroughtVoice(fitted, labels, classes_of(model, labels), table)
