"""Teaching and asking an estimator, whatever its interface."""

from collections.abc import Iterator
from inspect import signature
from typing import Any

import numpy as np
from numpy.typing import NDArray

from shared.model.probabilities import Floats, softmax

_BINARY = 2


def is_single(model: object) -> bool:
    """Whether it takes one event after the other, as River's do."""
    return hasattr(model, "learn_one")


def teach(
    model: Any,  # noqa: ANN401 - of any library
    rows: Any,  # noqa: ANN401 - dense or sparse
    answers: NDArray[np.int64],
    weights: NDArray[np.float64],
) -> None:
    """Let it learn from rows, oldest first; weights count where it takes them."""
    if is_single(model):
        for row, answer in zip(_dicts(rows), answers.tolist(), strict=True):
            model.learn_one(row, _named(model, answer))
        return
    weighed = "sample_weight" in signature(model.fit).parameters
    model.fit(rows, answers, **({"sample_weight": weights} if weighed else {}))


def classes_of(model: Any, labels: int) -> NDArray[np.int64]:  # noqa: ANN401
    """The label of each column of `ask`."""
    return np.arange(labels) if is_single(model) else np.asarray(model.classes_, np.int64)


def ask(model: Any, rows: Any, labels: int) -> Floats:  # noqa: ANN401
    """Probabilities, shape (rows, classes)."""
    if is_single(model):
        said = [model.predict_proba_one(row) for row in _dicts(rows)]
        names = [_named(model, label) for label in range(labels)]
        return np.array([[each.get(name, 0.0) for name in names] for each in said], np.float64)
    if hasattr(model, "predict_proba"):
        return np.asarray(model.predict_proba(rows), np.float64)
    scores = np.asarray(model.decision_function(rows), np.float64)
    if scores.ndim == 1:
        scores = np.stack([-scores, scores], axis=1) / _BINARY
    return softmax(scores)


def _dicts(rows: Floats) -> Iterator[dict[str, float]]:
    names = [str(column) for column in range(rows.shape[1])]
    return (dict(zip(names, row, strict=True)) for row in rows.tolist())


def _named(model: Any, label: int) -> str | bool:  # noqa: ANN401
    """A label as River knows it: those that tell two apart want truth values.

    Others get strings, the only keys of dictionaries that are stored faithfully.
    """
    return str(label) if model._multiclass else bool(label)  # noqa: SLF001 - as River asks it
