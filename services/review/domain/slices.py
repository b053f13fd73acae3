"""How the model does on parts of the events, and how far these parts lie from one another.

People see all events of which the model is not sure, and of the sure ones a part that is drawn with
a known probability π. An answer stands for 1/π events, so that what is estimated is true of all
events and not of the hard ones only (Horvitz and Thompson 1952). Intervals are Wilson's (1927),
over as many answers as the weighted ones are worth (Kish 1965).
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce

from services.review.domain.disparity import Disparity, Tallied, disparity
from services.review.domain.quality import Estimate
from services.review.domain.wilson import wilson
from shared.events import FeatureValue

NONE, OTHER = "(none)", "(other)"
MOST_VALUES = 50
"""Values of a slice that are told apart; those that come later are `(other)`."""
LEAST = 20
"""Parts of fewer answers are told, and not compared: one event more would turn every measure."""
LONGEST = 200
UNKNOWN = ""
"""The truth of an event that people have not answered."""


@dataclass(frozen=True, slots=True)
class Cell:
    """Events that are alike: of one value of a slice, with one prediction and one truth.

    Attributes:
        truth: what people settled on; UNKNOWN: all events are counted here, answered or not.
    """

    slice: str
    value: str
    predicted: str
    truth: str = UNKNOWN


@dataclass(frozen=True, slots=True)
class Count:
    """How many.

    Attributes:
        events: in number.
        auto: those of them that the model decided alone.
        weight: the sum of 1/π.
        squares: the sum of 1/π².
    """

    events: int = 0
    auto: int = 0
    weight: float = 0.0
    squares: float = 0.0

    def plus(self, other: "Count") -> "Count":
        """Both together."""
        return Count(
            self.events + other.events,
            self.auto + other.auto,
            self.weight + other.weight,
            self.squares + other.squares,
        )

    def minus(self, other: "Count") -> "Count":
        """What is left without the other."""
        return self.plus(Count(-other.events, -other.auto, -other.weight, -other.squares))


Counts = Mapping[Cell, Count]


@dataclass(frozen=True, slots=True)
class Part:
    """The events of one value of a slice.

    Attributes:
        answers: how many of the events people have answered.
        automation_rate: share of events that the model decided alone.
        correction_rate: share of answers that set the model right.
        error_rate: share of all events on which the model is wrong, as far as answers tell.
        selection_rates: share of events for which the model predicts each label.
    """

    value: str
    events: int
    answers: int
    automation_rate: Estimate
    correction_rate: Estimate
    error_rate: Estimate
    selection_rates: Mapping[str, float]

    @property
    def is_compared(self) -> bool:
        """Whether enough is known of it for the measures of disparity."""
        return self.answers >= LEAST


@dataclass(frozen=True, slots=True)
class SliceReport:
    """One slice, its parts with the most events first; those with few answers are not compared."""

    name: str
    parts: Sequence[Part]
    disparity: Disparity

    @property
    def uncompared(self) -> Sequence[str]:
        """Values of which too little is known."""
        return [part.value for part in self.parts if not part.is_compared]


def values_of(
    names: Iterable[str], slices: Mapping[str, str], features: Mapping[str, FeatureValue]
) -> dict[str, str]:
    """Where an event belongs: the value of each slice, as the event says or its field of that name.

    >>> values_of(["region", "female", "age"], {"region": "north"}, {"female": True})
    {'region': 'north', 'female': 'true', 'age': '(none)'}
    """
    found: dict[str, str] = {}
    for name in names:
        value = slices.get(name, features.get(name))
        said = str(value).lower() if isinstance(value, bool) else str(value)
        found[name] = NONE if value is None else said[:LONGEST] or NONE
    return found


def placed(value: str, known: Collection[str]) -> str:
    """The value under which it is counted."""
    return value if value in known or len(known) < MOST_VALUES else OTHER


def report(name: str, labels: Sequence[str], counts: Counts) -> SliceReport:
    """What the counts of one slice say."""
    groups: dict[str, dict[Cell, Count]] = {}
    for cell, count in counts.items():
        if cell.slice == name:
            groups.setdefault(cell.value, {})[cell] = count
    parts = [_part(value, group) for value, group in groups.items() if _events(group)]
    parts.sort(key=lambda part: (-part.events, part.value))
    compared = [part for part in parts if part.is_compared]
    tallied = [_tallied(groups[part.value], part.selection_rates) for part in compared]
    return SliceReport(name, parts, disparity(labels, tallied))


def _part(value: str, group: Counts) -> Part:
    events, answered = _events(group), _sum(group, lambda cell: cell.truth != UNKNOWN)
    wrong = _sum(group, lambda cell: cell.truth not in {UNKNOWN, cell.predicted})
    auto = sum(count.auto for cell, count in group.items() if cell.truth == UNKNOWN)
    worth = answered.weight**2 / answered.squares if answered.squares else 0.0
    return Part(
        value=value,
        events=events,
        answers=answered.events,
        automation_rate=wilson(auto, events),
        correction_rate=wilson(wrong.events, answered.events),
        error_rate=wilson(worth * _share(wrong.weight, answered.weight), worth),
        selection_rates={
            cell.predicted: count.events / events
            for cell, count in sorted(group.items(), key=lambda pair: pair[0].predicted)
            if cell.truth == UNKNOWN and count.events
        },
    )


def _tallied(group: Counts, selection_rates: Mapping[str, float]) -> Tallied:
    answers = {(c.predicted, c.truth): n.weight for c, n in group.items() if c.truth != UNKNOWN}
    return Tallied(selection_rates, answers)


def _events(group: Counts) -> int:
    return _sum(group, lambda cell: cell.truth == UNKNOWN).events


def _sum(group: Counts, belongs: Callable[[Cell], bool]) -> Count:
    return reduce(Count.plus, (n for cell, n in group.items() if belongs(cell)), Count())


def _share(part: float, whole: float) -> float:
    return part / whole if whole else 0.0
