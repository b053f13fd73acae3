"""What labels have shown of a lane: the curve from which its threshold is chosen.

Every label is a test: the version that gave the score had not learned it. Versions of one learner
follow each other every second, each a little beyond the last, so they are judged together, by
what they were when it counted; another model is judged by its own labels only. A candidate that
changes the model at a stroke has been asked about labels before it serves: then these are judged
by what it said. So is a version to which somebody goes back.
"""

from collections import deque
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from services.review.domain.certificate.lanes import relabelled
from services.review.domain.certificate.risk import LEAST_EVIDENCE, Curve, curve
from services.review.domain.certificate.sentinel import Sentinel

WINDOW = 12_000
"""So many newest labels of a lane count."""

_FRESH_SHARE = 0.02
_FRESH_LEAST = 10


class Label(NamedTuple):
    """What people's answer shows of a prediction.

    Attributes:
        place: of the answer in the ledger.
        score: as it was when the event was routed.
        wrong: whether the likeliest label was not the right one.
        probability: π, with which a person was to see the event.
    """

    place: int
    event_id: str
    score: float
    wrong: bool
    probability: float


class Rescored(NamedTuple):
    """What another version has said of a label's event.

    Attributes:
        label: its answer.
    """

    label: str
    score: float
    wrong: bool


@dataclass(frozen=True, slots=True)
class Return:
    """Somebody went back to a version, which is asked about the answers since it was made.

    Attributes:
        learned: the place of the last answer that it has learned.
        place: where the ledger says that it serves again.
        said: what it says of the newest answers in between, by their places.
    """

    learned: int
    place: int
    said: Mapping[int, Rescored]


def retold(lane: str, label: Label, returns: Sequence[Return]) -> tuple[str, Label] | None:
    """A label and its lane as the version tells it that serves again.

    None: it was not asked, and what versions have said that were given up shows nothing of it.
    What is older than the version, and what came after the return, stays as it was routed.
    """
    for back in reversed(returns):
        if back.learned < label.place < back.place:
            said = back.said.get(label.place)
            if said is None:
                return None
            again = label._replace(score=said.score, wrong=said.wrong)
            return relabelled(lane, said.label), again
    return lane, label


@dataclass(slots=True)
class Shelf:
    """The labels of one lane and one model.

    Two sentinels watch each new label. Errors that become more frequent than known shut the lane
    until there is new evidence. Errors that become rarer (a learner has recovered) do no harm, but
    what is known of before would keep the lane narrow for long; so it is dropped as soon as there
    is enough of after.
    """

    _labels: deque[Label] = field(default_factory=lambda: deque(maxlen=WINDOW))
    _worse: Sentinel = field(default_factory=Sentinel)
    _better: Sentinel = field(default_factory=Sentinel)
    _better_since: int | None = None
    _fresh: int = 0
    _curve: Curve | None = None
    alarms: int = 0

    @property
    def curve(self) -> Curve | None:
        """Risk by score; None: there is not enough evidence."""
        if self._is_due():
            self._curve, self._fresh = _curve(self._labels), 0
        return self._curve

    def take(self, label: Label) -> None:
        """Take the next label, in the order of the ledger."""
        known = self.curve
        self._labels.append(label)
        self._fresh += 1
        if known is None:
            return
        chance = known.error(label.score)
        worse = self._worse.take(chance, wrong=label.wrong, now=label.place)
        better = self._better.take(1 - chance, wrong=not label.wrong, now=label.place)
        if worse is not None:
            self.alarms += 1
            self._drop(worse)
        elif better is not None and self._better_since is None:
            self._better_since = better
        if self._better_since is not None:
            self._narrow(self._better_since)

    def correct(self, label: Label) -> None:
        """Put another answer in the place of the first on the same event, if it still counts."""
        for place, known in enumerate(self._labels):
            if known.event_id == label.event_id:
                self._labels[place] = known._replace(wrong=label.wrong)
                self._fresh += 1

    def take_out(self, places: Collection[int]) -> list[Label]:
        """Give up the labels of these places."""
        gone = [label for label in self._labels if label.place in places]
        if gone:
            self._keep(label for label in self._labels if label.place not in places)
        return gone

    def put_first(self, labels: Sequence[Label]) -> None:
        """Judge by these labels: the model has changed at a stroke.

        What older versions said before them stays only where these are too few to choose by.
        """
        since = min(label.place for label in labels)
        enough = len(labels) >= LEAST_EVIDENCE
        others = (x for x in self._labels if x.place > since or not enough)
        self._keep(sorted([*others, *labels], key=lambda label: label.place))
        self._worse, self._better, self._better_since = Sentinel(), Sentinel(), None

    def _keep(self, labels: Iterable[Label]) -> None:
        self._labels = deque(labels, maxlen=WINDOW)
        self._curve, self._fresh = _curve(self._labels), 0

    def _narrow(self, since: int) -> None:
        if sum(label.place > since for label in self._labels) >= LEAST_EVIDENCE:
            self._drop(since)

    def _drop(self, since: int) -> None:
        """Forget what was before a change, and what the sentinels made of it."""
        self._keep(x for x in self._labels if x.place > since)
        self._worse, self._better, self._better_since = Sentinel(), Sentinel(), None

    def _is_due(self) -> bool:
        if len(self._labels) < LEAST_EVIDENCE:
            return False
        enough = max(_FRESH_LEAST, _FRESH_SHARE * len(self._labels))
        return self._fresh >= enough or (self._curve is None and self._fresh > 0)


@dataclass(slots=True)
class Book:
    """The shelves of a project, by lane and model."""

    _shelves: dict[tuple[str, str], Shelf] = field(default_factory=dict)

    def take(self, lane: str, family: str, label: Label, *, amends: bool) -> None:
        """Take the next label; what amends an answer takes its place."""
        shelf = self._shelves.setdefault((lane, family), Shelf())
        if amends:
            shelf.correct(label)
        else:
            shelf.take(label)

    def rescore(self, family: str, said: Mapping[int, Rescored]) -> None:
        """Judge by what a version that is about to serve has said of labels, by their places."""
        by_lane: dict[str, list[Label]] = {}
        for (lane, owner), shelf in self._shelves.items():
            if owner == family:
                for label in shelf.take_out(said):
                    other = said[label.place]
                    again = label._replace(score=other.score, wrong=other.wrong)
                    by_lane.setdefault(relabelled(lane, other.label), []).append(again)
        for lane, labels in by_lane.items():
            self._shelves.setdefault((lane, family), Shelf()).put_first(labels)

    def curve(self, lane: str, family: str) -> Curve | None:
        """What is known of a lane; None: not enough."""
        shelf = self._shelves.get((lane, family))
        return shelf.curve if shelf else None

    def alarms(self) -> dict[str, int]:
        """How often errors became more frequent, by lane."""
        counts: dict[str, int] = {}
        for (lane, _), shelf in self._shelves.items():
            counts[lane] = counts.get(lane, 0) + shelf.alarms
        return counts


def family_of(project: str, name: str, sha256: str) -> str:
    """Which model's labels a version is judged by: those of its learner, or its own only."""
    return name if name == project else f"{name}/{sha256}"


def _curve(labels: "deque[Label]") -> Curve | None:
    return curve([(x.score, x.wrong, 1 / x.probability) for x in labels])
