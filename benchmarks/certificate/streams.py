"""Synthetic streams: two classes, whose true chances are known to whoever made them."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

FEATURES = 6
STEEPNESS = 5.0
"""Of the logistic law. With it the prototype needs 1.79 times the oracle's reviews on the
stationary stream, as it did on the streams it was first measured on."""

HELD_OUT = 0.3
_JITTER = 5_000
_SLICE = 0.3
_RARE = -1.55


@dataclass(frozen=True)
class Stream:
    """What happens, and when.

    Attributes:
        features: events x 6, standard normal.
        chances: P(label = 1 | features), as it is at that moment.
        labels: the truth.
        draws: the audit coin of each event, in [0, 1).
        held: events whose labels are held out from learning, to be evidence.
        luck: another draw in [0, 1), of whether people overlook an error.
        change: the event with which the law changes for the first time, and ...
        until: ... the one before which this change is over.
    """

    features: Floats
    chances: Floats
    labels: Flags
    draws: Floats
    held: Flags
    luck: Floats
    change: int | None
    until: int

    def __len__(self) -> int:
        return len(self.labels)


@dataclass
class _Law:
    """P(label = 1) is logistic in steepness · (features · direction) + offset.

    Attributes:
        directions: events x 6.
        steepness: by event; low means that nobody can know.
        offset: the same for all.
        noise: the chance that the label is replaced by its opposite.
    """

    directions: Floats
    steepness: Floats
    offset: float
    noise: Floats
    change: int | None
    until: int


Change = Callable[[_Law, Floats, np.random.Generator], None]


def make(name: str, seed: int, events: int) -> Stream:
    """A stream by its name in `NAMES`, always the same for the same seed."""
    chance = np.random.default_rng([seed, 7])
    old, new = np.linalg.qr(chance.normal(size=(FEATURES, 2)))[0].T
    features = chance.normal(size=(events, FEATURES))
    law = _Law(
        np.tile(old, (events, 1)),
        np.full(events, STEEPNESS),
        0.0,
        np.zeros(events),
        None,
        events,
    )
    NAMES[name](law, new, chance)
    logits = law.steepness * (features * law.directions).sum(axis=1) + law.offset
    right = 1 / (1 + np.exp(-logits))
    chances = right * (1 - law.noise) + (1 - right) * law.noise
    draws, luck = chance.random(events), chance.random(events)
    labels, held = chance.random(events) < chances, chance.random(events) < HELD_OUT
    return Stream(features, chances, labels, draws, held, luck, law.change, law.until)


def _stationary(*_: object) -> None:
    """Nothing changes."""


def _abrupt(law: _Law, new: Floats, chance: np.random.Generator) -> None:
    """Half way what mattered matters no more, and something else does."""
    law.directions[_half(law, chance) :] = new


def _inverted(law: _Law, _: Floats, chance: np.random.Generator) -> None:
    """Half way every answer turns into its opposite, as after a broken release."""
    law.directions[_half(law, chance) :] *= -1


def _collapse(law: _Law, _: Floats, chance: np.random.Generator) -> None:
    """Half way most of what could be known cannot be known any more."""
    law.steepness[_half(law, chance) :] /= 5


def _gradual(law: _Law, new: Floats, _: np.random.Generator) -> None:
    """What matters turns by 90 degrees, a little with each event."""
    angles = np.linspace(0, np.pi / 2, len(law.steepness))[:, None]
    law.directions[:] = np.cos(angles) * law.directions + np.sin(angles) * new


def _recurring(law: _Law, new: Floats, chance: np.random.Generator) -> None:
    """Two laws take turns, each for a quarter of the stream."""
    events = len(law.steepness)
    period = events // 4
    law.change = int(chance.integers(_JITTER, period))
    law.until = law.change + period
    turns = (np.arange(events) + period - law.change) // period
    law.directions[turns % 2 == 1] = new


def _imbalance(law: _Law, *_: object) -> None:
    """Some 8 % of the labels are 1."""
    law.offset = _RARE * STEEPNESS


def _slice(law: _Law, _: Floats, chance: np.random.Generator) -> None:
    """Half way the labels of 30 % of events become a toss-up; nothing tells which."""
    begin = _half(law, chance)
    law.noise[begin:] = 0.5 * (chance.random(len(law.noise) - begin) < _SLICE)


def _half(law: _Law, chance: np.random.Generator) -> int:
    """A moment near the middle; blocks must not fall the same way in all seeds."""
    jitter = min(_JITTER, len(law.noise) // 6)
    law.change = len(law.noise) // 2 + int(chance.integers(-jitter, jitter))
    return law.change


NAMES: dict[str, Change] = {
    "stationary": _stationary,
    "abrupt": _abrupt,
    "inverted": _inverted,
    "collapse": _collapse,
    "gradual": _gradual,
    "recurring": _recurring,
    "imbalance": _imbalance,
    "slice": _slice,
}
"""All streams, by what happens in them."""
