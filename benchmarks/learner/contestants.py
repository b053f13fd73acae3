"""Who is measured: the product's learner, and the best online and batch models beside it.

All are asked and taught in micro-batches. The anchors get what is usual for them: standardised
numbers and one-hot categories (River its own), ordinal codes for trees, hashed words for text.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from shared.events import FeatureValue
from shared.model.challengers.fitting import fit
from shared.model.learner import Learner
from shared.project import FieldKind, Project

Row = Mapping[str, FeatureValue]
Probabilities = NDArray[np.float64]
LEAST = 1e-6
_CATEGORIES = 200
_TEXT_WIDTH = 2**18


class Contestant(Protocol):
    """Answers, then learns."""

    def predict(self, rows: Sequence[Row]) -> Probabilities:
        """Probabilities, shape (rows, labels)."""
        ...

    def learn(self, rows: Sequence[Row], answers: NDArray[np.int64]) -> None:
        """Learn the right labels of some rows."""
        ...


class Ours:
    """The product's learner; fits enter as soon as they are due."""

    def __init__(self, project: Project) -> None:
        self._learner = Learner.start(project)
        self._labels = project.labels

    def predict(self, rows: Sequence[Row]) -> Probabilities:
        """As the scorer would."""
        return self._learner.predict_proba(rows)

    def learn(self, rows: Sequence[Row], answers: NDArray[np.int64]) -> None:
        """As the retrainer would."""
        for row, answer in zip(rows, answers, strict=True):
            self._learner.learn(row, {self._labels[answer]: 1.0})
        while (refit := self._learner.due()) is not None:
            self._learner.install(refit, fit(self._learner.task(refit)))


class Table:
    """Rows as dense numbers: standardised online with one-hot categories, or ordinal codes."""

    def __init__(self, project: Project, *, ordinal: bool) -> None:
        kinds = project.fields.items()
        self._numbers = [name for name, kind in kinds if kind is FieldKind.NUMBER]
        self._others = [
            name for name, kind in kinds if kind in (FieldKind.CATEGORY, FieldKind.BOOLEAN)
        ]
        self._codes: dict[str, dict[object, int]] = {name: {} for name in self._others}
        self._ordinal = ordinal
        self._count, self._mean, self._square = 0, 0.0, 1.0

    def __call__(self, rows: Sequence[Row], *, learns: bool) -> Any:  # noqa: ANN401 - a matrix
        """The matrix of some rows."""
        numbers = np.array([[_number(row.get(name)) for name in self._numbers] for row in rows])
        numbers = numbers.reshape(len(rows), len(self._numbers))
        codes = np.array(
            [[self._code(name, row.get(name)) for name in self._others] for row in rows]
        )
        codes = codes.reshape(len(rows), len(self._others)).astype(int)
        if self._ordinal:
            return np.hstack([numbers, codes])
        if learns:
            self._adapt(numbers)
        scale = np.sqrt(np.maximum(self._square - np.square(self._mean), 1e-12))
        scaled = np.clip(np.nan_to_num((numbers - self._mean) / scale), -10, 10)
        hot = np.zeros((len(rows), len(self._others), _CATEGORIES))
        np.put_along_axis(hot, codes[:, :, None] % _CATEGORIES, 1.0, axis=2)
        return np.hstack([scaled, hot.reshape(len(rows), -1)])

    def _adapt(self, numbers: NDArray[np.float64]) -> None:
        filled = np.nan_to_num(numbers)
        weight = len(numbers) / (self._count + len(numbers))
        self._mean = self._mean + weight * (filled.mean(axis=0) - self._mean)
        self._square = self._square + weight * (np.square(filled).mean(axis=0) - self._square)
        self._count += len(numbers)

    def _code(self, name: str, value: FeatureValue) -> int:
        codes = self._codes[name]
        return codes.setdefault(value, len(codes))


class Words:
    """All fields as hashed words and pairs of words."""

    def __init__(self, project: Project) -> None:
        from sklearn.feature_extraction.text import HashingVectorizer  # noqa: PLC0415 - heavy

        self._fields = project.fields
        self._hash = HashingVectorizer(
            n_features=_TEXT_WIDTH, ngram_range=(1, 2), alternate_sign=False
        )

    def __call__(self, rows: Sequence[Row], *, learns: bool) -> Any:  # noqa: ANN401, ARG002
        """The matrix of some rows."""
        return self._hash.transform([" ".join(self._said(row)) for row in rows])

    def _said(self, row: Row) -> list[str]:
        texts = [str(row.get(n) or "") for n, k in self._fields.items() if k is FieldKind.TEXT]
        others = [f"{n}_{row.get(n)}" for n, k in self._fields.items() if k is not FieldKind.TEXT]
        return texts + others


class Incremental:
    """An estimator of scikit-learn with `partial_fit`."""

    def __init__(self, encode: Any, estimator: Any, labels: int) -> None:  # noqa: ANN401
        self._encode, self._estimator, self._labels = encode, estimator, labels
        self._ready = False

    def predict(self, rows: Sequence[Row]) -> Probabilities:
        """Probabilities; of margins where it has nothing else."""
        if not self._ready:
            return uniform(len(rows), self._labels)
        matrix = self._encode(rows, learns=False)
        if hasattr(self._estimator, "predict_proba"):
            return bounded(self._estimator.predict_proba(matrix))
        margins = self._estimator.decision_function(matrix)
        margins = np.stack([-margins, margins], axis=1) if margins.ndim == 1 else margins
        powers = np.exp(margins - margins.max(axis=1, keepdims=True))
        return bounded(powers / powers.sum(axis=1, keepdims=True))

    def learn(self, rows: Sequence[Row], answers: NDArray[np.int64]) -> None:
        """One step."""
        matrix = self._encode(rows, learns=True)
        self._estimator.partial_fit(matrix, answers, classes=np.arange(self._labels))
        self._ready = True


class Refitted:
    """An estimator of scikit-learn that is fitted anew, to all or the last examples."""

    def __init__(
        self,
        encode: Callable[..., Any],
        make: Callable[[], Any],
        labels: int,
        *,
        growth: float,
        last: int | None,
    ) -> None:
        self._encode, self._make, self._labels = encode, make, labels
        self._growth, self._last = growth, last
        self._rows: list[Row] = []
        self._answers: list[int] = []
        self._fitted = 0
        self._model: Any = None

    def predict(self, rows: Sequence[Row]) -> Probabilities:
        """Probabilities of the last fit."""
        if self._model is None:
            return uniform(len(rows), self._labels)
        found = np.zeros((len(rows), self._labels))
        found[:, self._model.classes_] = self._model.predict_proba(self._encode(rows, learns=False))
        return bounded(found)

    def learn(self, rows: Sequence[Row], answers: NDArray[np.int64]) -> None:
        """Keep, and fit when it is due."""
        self._rows += rows
        self._answers += answers.tolist()
        count = len(self._rows)
        if count < max(50, self._fitted + max(50, self._growth * self._fitted)):
            return
        self._fitted = count
        last = self._last or count
        if len(set(self._answers[-last:])) > 1:
            matrix = self._encode(self._rows[-last:], learns=False)
            self._model = self._make().fit(matrix, self._answers[-last:])


class River:
    """A classifier of River, one row at a time."""

    def __init__(self, model: Any, project: Project) -> None:  # noqa: ANN401
        self._model, self._labels = model, len(project.labels)
        self._fields = project.fields

    def predict(self, rows: Sequence[Row]) -> Probabilities:
        """Probabilities."""
        found = np.zeros((len(rows), self._labels))
        for i, row in enumerate(rows):
            for label, share in self._model.predict_proba_one(self._plain(row)).items():
                found[i, int(label)] = share
        found[found.sum(axis=1) == 0] = 1
        return bounded(found)

    def learn(self, rows: Sequence[Row], answers: NDArray[np.int64]) -> None:
        """One after the other."""
        for row, answer in zip(rows, answers.tolist(), strict=True):
            self._model.learn_one(self._plain(row), bool(answer) if self._labels == 2 else answer)  # noqa: PLR2004

    def _plain(self, row: Row) -> dict[str, float | str]:
        plain: dict[str, float | str] = {}
        for name, kind in self._fields.items():
            value = row.get(name)
            if kind is FieldKind.NUMBER:
                number = _number(value)
                plain[name] = number if number == number else 0.0  # noqa: PLR0124 - not NaN
            else:
                plain[name] = str(value)
        return plain


def uniform(rows: int, labels: int) -> Probabilities:
    """Nothing known."""
    return np.full((rows, labels), 1 / labels)


def bounded(found: Probabilities) -> Probabilities:
    """Positive probabilities that sum to one."""
    raised: Probabilities = np.maximum(found, LEAST)
    raised /= raised.sum(axis=1, keepdims=True)
    return raised


def _number(value: FeatureValue) -> float:
    return float(value) if isinstance(value, int | float) else float("nan")
