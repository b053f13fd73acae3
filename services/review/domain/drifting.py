"""What is watched of a project, and when an alarm is raised.

One false alarm in FALSE_ALARM_EVERY values on average is allowed in all. Half of that is given to
the accuracy of the model, an eighth each to its scores, to disagreement, to all inputs together,
and to the accuracy on all slices together.
"""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from hashlib import blake2b

from services.review.domain.drift import Monitor, Value
from services.review.domain.observed import Answer, Event
from services.review.domain.routing import predicted_label
from services.review.domain.slices import values_of
from shared.events import FeatureValue
from shared.project import FieldKind, Project

FALSE_ALARM_EVERY = 50_000
MOST_FIELDS = 100
"""Fields that are watched, by name; more would cost time and find less."""
MOST_PARTS = 30
_HALF, _EIGHTH = 2, 8
_LARGEST = 1e100


class Kind(StrEnum):
    """What may drift."""

    ACCURACY = "accuracy"
    DISAGREEMENT = "disagreement"
    SCORE = "score"
    INPUT = "input"


@dataclass(frozen=True, slots=True, order=True)
class Watched:
    """One stream: the accuracy, of all or where `slice: value`, or the input of a field."""

    kind: Kind
    subject: str = ""


@dataclass(frozen=True, slots=True)
class Reading:
    """One value of a stream."""

    watched: Watched
    value: Value
    level: float


@dataclass(frozen=True, slots=True)
class Alarm:
    """A stream is not what it was; it is watched anew from here on."""

    watched: Watched
    words: str
    at: datetime


Monitors = dict[Watched, Monitor]
_CASE_MIX = Watched(Kind.ACCURACY, "case mix")
"""Names a draw of its own."""


def surprise(wrong: float, doubt: float, tie: float) -> float:
    """How surprising an answer is to a model, in [0, 1]: its probability integral transform.

    For a model that is wrong as often as it says it is uniform, whether cases are easy or hard
    (Smith 1985): so other cases alone are no drift of the accuracy.

    Args:
        wrong: 1 if the model was wrong, else 0.
        doubt: the probability of that, as it said.
        tie: uniform in [0, 1), independent of both.
    """
    return 1 - doubt + doubt * tie if wrong else (1 - doubt) * tie


def of_event(event: Event, project: Project) -> Iterator[Reading]:
    """What an event tells: the score, and each field."""
    prediction = event.routed.prediction
    if prediction.model.version:
        top = max(prediction.probabilities.values())
        yield Reading(Watched(Kind.SCORE), top, top)
    if prediction.features:  # empty: erased
        for name in sorted(project.fields)[:MOST_FIELDS]:
            value = _value(prediction.features.get(name), project.fields[name])
            level = value if isinstance(value, int | float) else 0.0
            yield Reading(Watched(Kind.INPUT, name), value, level)


def of_answer(answer: Answer, project: Project) -> Iterator[Reading]:
    """What an answer tells: how surprising it was to the model, and whether people disagreed."""
    prediction = answer.event.routed.prediction
    if prediction.model.version and answer.before is None:
        predicted = predicted_label(prediction.probabilities)
        wrong = float(predicted != answer.label)
        tie = draw(_CASE_MIX, answer.event.event_id)
        value = surprise(wrong, 1 - prediction.probabilities[predicted], tie)
        yield Reading(Watched(Kind.ACCURACY), value, wrong)
        if prediction.features:
            parts = values_of(project.slices, prediction.slices, prediction.features)
            for name, part in parts.items():
                yield Reading(Watched(Kind.ACCURACY, f"{name}: {part}"), value, wrong)
    if len(answer.said) > 1 and answer.before is None:
        apart = float(len(set(answer.said)) > 1)
        yield Reading(Watched(Kind.DISAGREEMENT), apart, apart)


def start(watched: Watched) -> Monitor:
    """A monitor that has seen nothing; of accuracy and disagreement only a rise is of interest."""
    return Monitor(one_sided=watched.kind in {Kind.ACCURACY, Kind.DISAGREEMENT})


def draw(watched: Watched, event_id: str) -> float:
    """What breaks ties, in [0, 1): the same for the same event."""
    said = f"{watched.kind}/{watched.subject}/{event_id}"
    digest = blake2b(said.encode("utf-8", "replace"), digest_size=7).digest()
    return int.from_bytes(digest) / 256**7


def thresholds(monitors: Mapping[Watched, Monitor]) -> dict[Watched, float]:
    """The evidence at which each of these raises an alarm."""
    fields = sum(watched.kind is Kind.INPUT for watched in monitors)
    parts = sum(_is_part(watched) for watched in monitors)

    def rarer(watched: Watched) -> int:
        """How many times as rare its false alarms are as those of all together."""
        if watched.kind is Kind.INPUT:
            return _EIGHTH * fields
        if _is_part(watched):
            return _EIGHTH * parts
        return _HALF if watched.kind is Kind.ACCURACY else _EIGHTH

    return {watched: float(FALSE_ALARM_EVERY * rarer(watched)) for watched in monitors}


def nearness(evidence: float, threshold: float) -> float:
    """How near an alarm is, from 0 to 1: evidence counts in orders of magnitude."""
    return min(1.0, math.log1p(evidence) / math.log(threshold))


def _is_part(watched: Watched) -> bool:
    return watched.kind is Kind.ACCURACY and bool(watched.subject)


def _value(value: FeatureValue, kind: FieldKind) -> Value:
    """A field as it is watched; a text by how many words it has."""
    if value is None:
        return None
    if kind is FieldKind.TEXT:
        return float(len(str(value).split()))
    if kind is FieldKind.NUMBER:
        return max(-_LARGEST, min(_LARGEST, value)) if isinstance(value, int | float) else None
    return str(value)[:200]
