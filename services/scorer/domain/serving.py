"""What is served for a project: its labels and the model in force."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from shared.events import FeatureValue, ModelRef
from shared.wire import Evidence

Row = Mapping[str, FeatureValue]
Reasons = list[Evidence]
"""Fields with what they hold and add in favour of an answer, the loudest first."""


Judgement = tuple[NDArray[np.float64], Sequence[Reasons], NDArray[np.float64] | None]
"""Probabilities of rows, reasons, and novelties from 0 to 1; None where nobody can tell."""


class Classifier(Protocol):
    """Anything that turns rows into probabilities, and tells what carried them."""

    @property
    def labels(self) -> Sequence[str]:
        """The labels, in the order of the columns."""
        ...

    def judge(self, rows: Sequence[Row]) -> Judgement:
        """Probabilities, shape (rows, labels), of which each row sums to 1, and the rest."""
        ...


class Undecided:
    """No model yet: every label is as likely as the others, so that people decide."""

    def __init__(self, labels: Sequence[str]) -> None:
        self.labels = tuple(labels)

    def judge(self, rows: Sequence[Row]) -> Judgement:
        """Uniform probabilities, shape (rows, labels), for no reason; nothing is novel to it.

        >>> Undecided(["no", "yes"]).judge([{}])
        (array([[0.5, 0.5]]), [[]], None)
        """
        uniform = np.full((len(rows), len(self.labels)), 1 / len(self.labels))
        return uniform, [[] for _ in rows], None


class Answered(Struct, frozen=True, gc=False):
    """What a model says of a row; one is made for each event, a third as fast as a dataclass.

    Attributes:
        probabilities: by label.
        reasons: what carried the likeliest label.
        novelty: how far the row is from what was learned, 0 to 1; None: nobody can tell.
    """

    probabilities: dict[str, float]
    reasons: Reasons
    novelty: float | None


@dataclass(frozen=True, slots=True)
class Served:
    """A classifier, and the version to name in each of its predictions."""

    model: ModelRef
    classifier: Classifier

    def predict(self, rows: Sequence[Row]) -> list[Answered]:
        """One answer a row."""
        labels = self.classifier.labels
        table, reasons, novelty = self.classifier.judge(rows)
        novel = [None] * len(rows) if novelty is None else novelty.tolist()
        return [
            Answered(dict(zip(labels, row, strict=True)), told, how)
            for row, told, how in zip(table.tolist(), reasons, novel, strict=True)
        ]


def unlearned(project: str, labels: Sequence[str]) -> Served:
    """Version 0, served until a first version is promoted."""
    return Served(ModelRef(name=project, version=0), Undecided(labels))
