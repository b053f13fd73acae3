"""The router of a project, for as long as its rules and what is known of its lanes stay the same.

Whoever routes makes one for each batch: the product within its transaction, the simulator for each
batch of the past. Both only give it events, and are told what became of blocks.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Protocol

from services.review.domain.certificate.block import Block, End, Terms
from services.review.domain.certificate.gate import Gate, Placed, Ruling, Threshold
from services.review.domain.certificate.lanes import lane_of, promises_the_same
from services.review.domain.routing import (
    Bar,
    Rules,
    barred,
    follow,
    predicted_label,
    propensity,
    to_people,
)
from shared import wire
from shared.events import Route


class Chosen(Protocol):
    """What was learned of lanes: how wide each may be, and what its next block promises."""

    @property
    def threshold(self) -> Callable[[str, wire.Model], Threshold]:
        """The threshold of a lane while a model version is in force."""
        ...

    @property
    def terms(self) -> Callable[[str, Block | None], Terms]:
        """What the next block of a lane promises, after the last one."""
        ...


class Witness(Protocol):
    """Who is told what becomes of blocks, in the order in which it happens."""

    def began(self, lane: str, block: Block) -> None:
        """A block has let in its first event."""
        ...

    def ended(self, lane: str, block: Block) -> None:
        """A block that had begun takes no more."""
        ...


@dataclass(slots=True)
class _Lane:
    """A gate, whether its block has begun, and the thresholds of model versions."""

    gate: Gate
    has_begun: bool
    limits: dict[str, float | None] = field(default_factory=dict)
    limits_of: Block | None = None


class Router:
    """Routes events one after the other, and keeps the blocks of their lanes."""

    def __init__(
        self, rules: Rules, newest: Mapping[str, Block], chosen: Chosen, witness: Witness
    ) -> None:
        """Begin.

        Args:
            rules: in force.
            newest: the newest block of each lane that has one; they are changed as events come.
            chosen: is asked once for each lane, model version and block.
            witness: of what becomes of blocks.
        """
        self._rules = rules
        self._newest = newest
        self._chosen = chosen
        self._witness = witness
        self._lanes: dict[str, _Lane] = {}

    def route(self, data: wire.PredictionData, draw: float) -> tuple[Route, Placed | Bar]:
        """Route an event. Once that is recorded, `note` says what it did to its block."""
        bar = barred(data, self._rules)
        if bar is not None:
            return to_people(bar.reason, self._rules), bar
        label = predicted_label(data.probabilities)
        name = lane_of(label, data.slices or {}, self._rules.policy.certify_by)
        score = 1 - data.probabilities[label]
        more = propensity(data, self._rules)
        placed = Placed(name, score, self._rule(name, data.model, score, (draw, more)))
        return follow(placed, self._rules), placed

    def note(self, placed: Placed) -> None:
        """Note that a block ended, if the event was its last."""
        lane = self._lanes[placed.lane]
        block = lane.gate.block
        if block.end is not None and lane.has_begun:
            lane.has_begun = False
            self._witness.ended(placed.lane, block)

    def standing(self) -> Iterator[tuple[str, Block]]:
        """The lanes whose blocks have begun and go on, with these."""
        for name, lane in sorted(self._lanes.items()):
            if lane.has_begun:
                yield name, lane.gate.block

    def _rule(
        self, name: str, model: wire.Model, score: float, check: tuple[float, float]
    ) -> Ruling:
        """Rule on an event; `check` is its coin, and the probability that the policy asks for."""
        lane = self._lanes.get(name) or self._open(name)
        block = lane.gate.in_force()
        if block is not lane.limits_of:
            lane.limits_of, lane.limits = block, {}
        if model.sha256 not in lane.limits:
            lane.limits[model.sha256] = self._chosen.threshold(name, model)(block)
        ruling = lane.gate.rule(score, lane.limits[model.sha256], *check)
        if ruling.inside:
            block.cover(model.version)
            if not lane.has_begun:
                lane.has_begun = True
                self._witness.began(name, block)
        return ruling

    def _open(self, name: str) -> _Lane:
        block = self._newest.get(name)
        has_begun = block is not None and block.end is None
        terms = partial(self._chosen.terms, name)
        if block is None:
            block = Block(1, terms(None))
        elif has_begun and not promises_the_same(block.terms, self._rules.policy):
            block.end, has_begun = End.POLICY, False
            self._witness.ended(name, block)
        lane = self._lanes[name] = _Lane(Gate(block, terms), has_begun)
        return lane
