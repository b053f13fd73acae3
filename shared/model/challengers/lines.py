"""One-vs-rest logistic regression by liblinear, for texts."""

from typing import Any
from warnings import catch_warnings

import numpy as np
from scipy.sparse import csr_matrix  # type: ignore[import-untyped]

from shared.model.challengers.task import Task
from shared.model.voices.linear import LinearVoice

MOST_LABELS = 60
"""One regression a label is fitted."""
STRENGTH = 3.0
"""Inverse of the regularisation."""
UNHEARD = -36.0
"""Weight of the constant for a label that no example has."""


def lines(task: Task) -> LinearVoice | None:
    """Batch logistic regression (Fan et al. 2008) over the vectors; None with too many labels."""
    from sklearn.linear_model import LogisticRegression  # noqa: PLC0415 - heavy

    labels = task.targets.shape[1]
    if labels > MOST_LABELS:
        return None
    present = task.vectors.present
    few = present.rows
    matrix: Any = csr_matrix((few.values, few.columns, few.ends), shape=(len(few), few.width))
    matrix.sum_duplicates()
    weights = np.zeros((few.width, labels), np.float32)
    answers = task.answers
    constant = int(np.flatnonzero(present.columns == 0)[0])
    for label in range(labels):
        is_it = answers == label
        if not is_it.any() or is_it.all():
            weights[constant, label] = UNHEARD if not is_it.any() else -UNHEARD
            continue
        line = LogisticRegression(
            C=STRENGTH,
            solver="liblinear",
            dual=True,
            tol=1e-2,
            max_iter=60,
            fit_intercept=False,
            random_state=0,
        )
        with catch_warnings(action="ignore"):  # a fit that is near is near enough
            line.fit(matrix, is_it, task.weights)
        weights[:, label] = line.coef_[0]
    return LinearVoice(task.vectors.width, labels, present.columns, weights, apart=True)
