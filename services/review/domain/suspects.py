"""Suspected label errors: settled answers that contradict what a model had said beforehand.

The recorded prediction of an event was made by a version that had not learned of it, so it is an
opinion of its own, as out-of-sample predictions are in confident learning (Northcutt, Jiang and
Chuang 2021). Answers are ranked by how much likelier the model held another label. Besides it is
said which contradictions are confident, by the thresholds of that paper: the model gave the other
label at least as much as it usually gives it where people say so too.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from services.review.domain.routing import predicted_label

LEAST = 1e-6
"""A label that a model holds for impossible counts as this probable."""


@dataclass(frozen=True, slots=True)
class Contradiction:
    """A label that a model holds for likelier than the one that people settled on.

    Attributes:
        likelier: that label.
        believed: its probability.
        given: the probability of people's label.
    """

    likelier: str
    believed: float
    given: float

    @property
    def score(self) -> float:
        """How many times as likely, as a logarithm; above 0."""
        return math.log(self.believed / max(self.given, LEAST))


@dataclass(frozen=True, slots=True)
class Trust:
    """What a model gives a label where people say so too: on how many answers, and in sum."""

    answers: int = 0
    total: float = 0.0

    @property
    def mean(self) -> float:
        """The threshold of confident learning; 1 while nothing is known."""
        return self.total / self.answers if self.answers else 1.0

    def and_one(self, probability: float) -> "Trust":
        """With one answer more."""
        return Trust(self.answers + 1, self.total + probability)


@dataclass(frozen=True, slots=True)
class Suspect:
    """An answer that a model contradicts.

    Attributes:
        label: what people settled on.
        settled_at: when they did.
        sent_at: since when it waits for a second look, or had it; None: nobody has asked for one.
        changed: whether people have settled on another label since.
    """

    project: str
    event_id: str
    label: str
    contradiction: Contradiction
    settled_at: datetime
    sent_at: datetime | None = None
    changed: bool = False


@dataclass(frozen=True, slots=True)
class SecondLooks:
    """What came of second looks, in numbers.

    Attributes:
        open: contradictions that nobody has looked at again.
        sent: those that were sent for a second look, in all.
        waiting: those of them that still wait.
        changed: those of them that were decided otherwise.
    """

    open: int = 0
    sent: int = 0
    waiting: int = 0
    changed: int = 0


def contradiction(probabilities: Mapping[str, float], label: str) -> Contradiction | None:
    """Whether a model contradicts an answer; a tie contradicts nothing.

    >>> contradiction({"stay": 0.9, "leave": 0.1}, "leave")
    Contradiction(likelier='stay', believed=0.9, given=0.1)
    >>> contradiction({"stay": 0.5, "leave": 0.5}, "leave")
    """
    likelier = predicted_label(probabilities)
    believed, given = probabilities[likelier], probabilities.get(label, 0.0)
    return Contradiction(likelier, believed, given) if believed > given else None


def is_confident(found: Contradiction, trust: Mapping[str, Trust]) -> bool:
    """Whether the model is as sure of the other label as it is where people agree with it."""
    return found.believed >= trust.get(found.likelier, Trust()).mean
