"""A block: so many acceptances under one promise."""

import math
from dataclasses import dataclass, field
from enum import StrEnum

from services.review.domain.certificate.credits import credits

UNLIMITED = 2**31 - 1
"""The credits of a block that cannot break its promise, whatever it finds."""

_ROUNDING = 1e-9
"""α and W are written in decimals: .07 times 100 is a budget of 7, whatever the floats say."""


class End(StrEnum):
    """Why a block takes no more events."""

    FULL = "full"
    """It has accepted its W events."""
    TRIP = "trip"
    """It has found more errors than it had credits."""
    POLICY = "policy"
    """Its terms were changed."""


@dataclass(frozen=True, slots=True)
class Terms:
    """What a block promises, and by which means; they never change within a block.

    Attributes:
        alpha: α, the share of wrong acceptances allowed, in (0, 1]; 1 promises nothing.
        window: W, how many events the block accepts.
        delta: δ, the chance that the promise is broken, in (0, 1).
        floor: p0, the least chance with which an event in the lane is audited, in (0, 1].
        miss_rate: η, how often people overlook an error, in [0, 1).
    """

    alpha: float
    window: int
    delta: float
    floor: float
    miss_rate: float = 0.0

    @property
    def budget(self) -> int:
        """B = ⌊αW⌋, how many of the accepted events may be wrong.

        >>> Terms(alpha=0.07, window=100, delta=0.05, floor=0.1).budget
        7
        """
        return math.floor(self.alpha * self.window + _ROUNDING)

    @property
    def credits(self) -> int:
        """a, how many wrong audits the block survives."""
        if self.budget >= self.window or self.floor >= 1:
            return UNLIMITED
        return credits(self.budget, self.floor, self.delta, self.miss_rate)


@dataclass(slots=True)
class Block:
    """What a block has done so far.

    Attributes:
        number: counts up from 1, each block for itself.
        accepted: n, events in the lane that no person checked.
        checked: audits that people have answered.
        found: those of them that showed an error.
        pending: audits drawn and not yet answered: charged as if they were wrong.
        end: why it takes no more, or None.
        versions: of the model, whose answers were let into its lane, in order.
    """

    number: int
    terms: Terms
    accepted: int = 0
    checked: int = 0
    found: int = 0
    pending: int = 0
    end: End | None = None
    versions: tuple[int, ...] = ()
    credits: int = field(init=False, compare=False)
    """Of its terms, which every event asks for."""

    def __post_init__(self) -> None:
        self.credits = self.terms.credits

    @property
    def left(self) -> int:
        """The credits that are neither spent nor held by an audit that waits."""
        return self.credits - self.found - self.pending

    @property
    def is_open(self) -> bool:
        """Whether one more event may enter the lane: even if it is wrong, the promise holds."""
        return self.end is None and self.found + self.pending <= self.credits

    def cover(self, version: int) -> None:
        """Note the model version of an event in the lane."""
        if version not in self.versions:
            self.versions = (*self.versions, version)

    def accept(self) -> None:
        """One more event leaves unchecked."""
        self.accepted += 1
        if self.accepted >= self.terms.window:
            self.end = End.FULL

    def audit(self) -> None:
        """One more event is held against the block until a person has answered."""
        self.pending += 1

    def settle(self, *, wrong: bool) -> None:
        """A person has answered one of the audits that wait, also after the block's end."""
        self.pending -= 1
        self.checked += 1
        self.found += wrong
        if self.end is None and self.found > self.credits:
            self.end = End.TRIP

    def reopen(self, *, wrong: bool) -> None:
        """An answer was taken back: its audit waits again. A block that has ended stays so."""
        self.pending += 1
        self.checked -= 1
        self.found -= wrong

    def hear(self, *, before: bool | None, now: bool | None) -> bool:
        """People said something of an audit, or something else than before; None: nothing.

        Returns:
            Whether the block has ended by it.
        """
        was_open = self.end is None
        if before is not None:
            self.reopen(wrong=before)
        if now is not None:
            self.settle(wrong=now)
        return was_open and self.end is not None

    def next(self, terms: Terms) -> "Block":
        """The block that follows this one."""
        return Block(self.number + 1, terms)
