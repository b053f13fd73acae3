"""The gate: which events are in the lane, and which of those escape unchecked."""

from collections.abc import Callable
from typing import NamedTuple

from services.review.domain.certificate.block import Block, Terms

Threshold = Callable[[Block], float | None]
"""The highest score (1 less the highest probability) allowed in a block's lane; None shuts it."""


class Ruling(NamedTuple):
    """What becomes of one event.

    Attributes:
        inside: whether it is in the lane: the model could have decided it alone.
        probability: p, with which a person was to see it; 1 outside the lane.
        review: whether a person does see it.
        counted: whether its answer counts in the block.
        block: the number of the block at that moment.
        threshold: what the score was held against; None where the lane was shut.
    """

    inside: bool
    probability: float
    review: bool
    counted: bool
    block: int
    threshold: float | None


class Placed(NamedTuple):
    """An event that was held against its lane's threshold."""

    lane: str
    score: float
    ruling: Ruling


class Gate:
    """Rules on the events of one block, and of the next block once that is full."""

    def __init__(self, block: Block, terms: Callable[[Block], Terms] | None = None) -> None:
        """Begin.

        Args:
            block: the one in force; it is changed as events are ruled on.
            terms: of the block that follows one; asked as soon as it is needed. Without it the
                terms stay.
        """
        self._terms = terms
        self.block = block

    def rule(
        self, score: float, threshold: float | None, draw: float, propensity: float = 0.0
    ) -> Ruling:
        """Rule on one event.

        An audit drawn with more than the block's p0 must not count for more: only those with
        u < p0/(1-p0) · (1-p) are counted, so that being counted and escaping stand in the same
        proportion for every event.

        Args:
            score: its risk, 1 less the highest probability.
            threshold: the highest score allowed now; see `Threshold`.
            draw: its audit coin u, in [0, 1).
            propensity: with which it is to be audited; below the block's p0 it is raised to it.
        """
        block = self.in_force()
        if threshold is None or score > threshold or not block.is_open:
            return Ruling(False, 1.0, True, False, block.number, threshold)
        floor = block.terms.floor
        probability = min(1.0, max(floor, propensity))
        if draw >= probability:
            block.accept()
            return Ruling(True, probability, False, False, block.number, threshold)
        counted = draw < thinned(probability, floor)
        if counted:
            block.audit()
        return Ruling(True, probability, True, counted, block.number, threshold)

    def in_force(self) -> Block:
        """The block that takes the next event: a new one where the last has ended."""
        if self.block.end is not None:
            terms = self._terms(self.block) if self._terms else self.block.terms
            self.block = self.block.next(terms)
        return self.block


def thinned(probability: float, floor: float) -> float:
    """The chance with which an event audited with `probability` is counted in its block.

    >>> thinned(0.1, 0.1), thinned(1.0, 0.1)
    (0.1, 0.0)
    """
    return floor if probability == floor else floor / (1 - floor) * (1 - probability)
