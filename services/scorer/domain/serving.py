"""What is served for a project: its labels and the model in force."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from shared.events import FeatureValue, ModelRef

Row = Mapping[str, FeatureValue]


class Classifier(Protocol):
    """Anything that turns rows into probabilities."""

    @property
    def labels(self) -> Sequence[str]:
        """The labels, in the order of the columns."""
        ...

    def predict_proba(self, rows: Sequence[Row]) -> NDArray[np.float64]:
        """Probabilities, shape (rows, labels); each row sums to 1."""
        ...


class Undecided:
    """No model yet: every label is as likely as the others, so that people decide."""

    def __init__(self, labels: Sequence[str]) -> None:
        self.labels = tuple(labels)

    def predict_proba(self, rows: Sequence[Row]) -> NDArray[np.float64]:
        """Uniform probabilities, shape (rows, labels).

        >>> Undecided(["no", "yes"]).predict_proba([{}]).tolist()
        [[0.5, 0.5]]
        """
        return np.full((len(rows), len(self.labels)), 1 / len(self.labels))


@dataclass(frozen=True, slots=True)
class Served:
    """A classifier, and the version to name in each of its predictions."""

    model: ModelRef
    classifier: Classifier

    def predict(self, rows: Sequence[Row]) -> list[dict[str, float]]:
        """Probabilities by label, one mapping a row."""
        labels = self.classifier.labels
        table = self.classifier.predict_proba(rows).tolist()
        return [dict(zip(labels, row, strict=True)) for row in table]


def unlearned(project: str, labels: Sequence[str]) -> Served:
    """Version 0, served until a first version is promoted."""
    return Served(ModelRef(name=project, version=0), Undecided(labels))
