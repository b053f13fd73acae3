"""How alike two events are, as people would compare them: field by field."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from shared.events import FeatureValue
from shared.project import FieldKind

_WORD = re.compile(r"\w+")
_LARGEST = 1e100
Features = Mapping[str, FeatureValue]


@dataclass(frozen=True, slots=True)
class Neighbour:
    """An event that was decided, and how alike it is.

    Attributes:
        likeness: 1 if no field tells the two apart, 0 if all do.
        differs: the fields that tell them apart, the most telling first.
    """

    event_id: str
    label: str
    features: Features
    likeness: float
    differs: Sequence[str]


def nearest(
    event: Features,
    decided: Iterable[tuple[str, str, Features]],
    fields: Mapping[str, FieldKind],
    *,
    most: int,
    least: float,
) -> list[Neighbour]:
    """The most alike of decided events (id, label, features), at least so alike.

    A number is as far from another as their distance is to that between the farthest two; a text
    as many of its words as the other lacks (Jaccard); all else is equal or not.
    """
    known = list(decided)
    spans = _spans([event, *(features for _, _, features in known)], fields)
    found = [_neighbour(event, each, fields, spans) for each in known]
    likely = [each for each in found if each.likeness >= least]
    return sorted(likely, key=lambda each: -each.likeness)[:most]


def _neighbour(
    event: Features,
    other: tuple[str, str, Features],
    fields: Mapping[str, FieldKind],
    spans: Mapping[str, float],
) -> Neighbour:
    event_id, label, features = other
    apart = {
        name: _apart(event.get(name), features.get(name), kind, spans.get(name, 0.0))
        for name, kind in fields.items()
        if event.get(name) is not None or features.get(name) is not None
    }
    likeness = 1 - sum(apart.values()) / len(apart) if apart else 0.0
    differs = sorted((name for name in apart if apart[name] > 0), key=lambda name: -apart[name])
    return Neighbour(event_id, label, features, likeness, differs)


def _apart(one: FeatureValue, other: FeatureValue, kind: FieldKind, span: float) -> float:
    if one is None or other is None:
        return 1.0
    mine, theirs = _number(one), _number(other)
    if kind is FieldKind.NUMBER and mine is not None and theirs is not None:
        return abs(mine - theirs) / span if span else float(mine != theirs)
    if kind is FieldKind.TEXT:
        words, others = (set(_WORD.findall(str(text).lower())) for text in (one, other))
        return 1 - len(words & others) / len(words | others) if words | others else 0.0
    return float(one != other)


def _spans(events: Sequence[Features], fields: Mapping[str, FieldKind]) -> Mapping[str, float]:
    """How far the farthest two values of each number are apart."""
    spans = {}
    for name in (name for name, kind in fields.items() if kind is FieldKind.NUMBER):
        values = [value for event in events if (value := _number(event.get(name))) is not None]
        spans[name] = max(values) - min(values) if values else 0.0
    return spans


def _number(value: FeatureValue) -> float | None:
    """A number of a size whose distances are finite. None if it is none."""
    if not isinstance(value, int | float) or value != value:  # noqa: PLR0124 - NaN differs
        return None
    return float(max(-_LARGEST, min(_LARGEST, value)))
