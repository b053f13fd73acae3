"""Model versions, as review knows them: what each is now, by what was told of it in order."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from shared.events import EventType, ModelChanged


class State(StrEnum):
    """What a version is."""

    CANDIDATE = "candidate"
    """It waits to be proven, or for a person."""
    CHAMPION = "champion"
    """It serves."""
    RETIRED = "retired"
    """It served, or another went on from it; one can go back to it."""
    REFUSED = "refused"
    """It must not serve."""


ASKED = "asked"
"""The word of the record for a version that somebody asked for without somebody."""


@dataclass(frozen=True, slots=True)
class Decided:
    """What a person has decided on a version.

    Attributes:
        verdict: `promote`, `reject` or `roll_back`.
    """

    verdict: str
    actor: str
    reason: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Version:
    """A version.

    Attributes:
        told: what was said of it last; a comparison stays until there is another.
        at: when that was.
        decided: what a person has decided last.
        decisions: how often people have decided on it.
    """

    number: int
    state: State
    told: ModelChanged
    at: datetime
    decided: Decided | None = None
    decisions: int = 0


@dataclass(frozen=True, slots=True)
class Known:
    """What a step may change.

    Attributes:
        same: the version that it is about, if it was heard of before.
        champion: the version that serves.
        candidates: those that wait.
    """

    same: Version | None
    champion: Version | None
    candidates: Sequence[Version]


def follow(kind: EventType, told: ModelChanged, at: datetime, known: Known) -> list[Version]:
    """The versions that a step changes, as they are after it."""
    state = _STATES[kind]
    same = known.same or Version(told.version, state, told, at)
    if state is State.CANDIDATE:
        state = same.state
    before = same.told
    kept = {
        "comparison": told.comparison or before.comparison,
        "shadow": told.shadow or before.shadow,
    }
    told = told.model_copy(update=kept)
    changed = [replace(same, state=state, told=told, at=at)]
    old: list[Version] = []
    if state is State.CHAMPION:
        old = [known.champion] if known.champion else []
        old += [each for each in known.candidates if _is_over(each, told, same)]
    elif kind is EventType.MODEL_CANDIDATE:
        old = [each for each in known.candidates if _is_outdated(each, told)]
    return changed + [replace(v, state=State.RETIRED) for v in old if v.number != told.version]


class Step(NamedTuple):
    """What was told of a version, at its place in the ledger."""

    place: int
    kind: EventType
    told: ModelChanged


def lineage(steps: Iterable[Step]) -> list[Step]:
    """The steps that led to the version that serves, oldest first.

    Who goes back to a version undoes what newer ones have brought.
    """
    line: list[Step] = []
    for step in steps:
        if step.kind is EventType.MODEL_ROLLED_BACK:
            line = [earlier for earlier in line if earlier.told.version <= step.told.version]
        if step.kind in SERVING:
            line.append(step)
    return line


SERVING = (EventType.MODEL_PROMOTED, EventType.MODEL_ROLLED_BACK)
"""After one of these steps a version serves."""


_STATES = {
    EventType.MODEL_CANDIDATE: State.CANDIDATE,
    EventType.MODEL_PROMOTED: State.CHAMPION,
    EventType.MODEL_ROLLED_BACK: State.CHAMPION,
    EventType.MODEL_REJECTED: State.REFUSED,
}


def _is_over(candidate: Version, promoted: ModelChanged, before: Version) -> bool:
    """Whether a candidate waits no more: another went on from it, or a newer one was chosen."""
    if candidate.number == promoted.parent:
        return True
    return before.state is State.CANDIDATE and candidate.number < promoted.version


def _is_outdated(candidate: Version, offered: ModelChanged) -> bool:
    """Whether a newer one of the same sort is offered instead."""
    newer = candidate.number < offered.version
    return newer and candidate.told.challenger == offered.challenger
