"""The blocks again, from the record alone: anybody can check what the router did."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from services.review.domain.certificate.block import Block, End, Terms
from services.review.domain.certificate.gate import Ruling, thinned


@dataclass(frozen=True, slots=True)
class Began:
    """A block began.

    Attributes:
        lane: the name of what the block is for, such as a predicted label.
        number: counts up from 1 in its lane.
    """

    lane: str
    number: int
    terms: Terms


@dataclass(frozen=True, slots=True)
class Ruled:
    """The router ruled on an event."""

    lane: str
    event_id: str
    predicted: str
    version: int
    score: float
    draw: float
    ruling: Ruling


@dataclass(frozen=True, slots=True)
class Answered:
    """People have answered an audit; None: an answer was taken back."""

    event_id: str
    wrong: bool | None


@dataclass(frozen=True, slots=True)
class Corrected:
    """People settled on a label."""

    event_id: str
    label: str


@dataclass(frozen=True, slots=True)
class Ended:
    """A block ended."""

    lane: str
    number: int
    end: End


Fact = Began | Ruled | Answered | Corrected | Ended


@dataclass(slots=True)
class _Audit:
    block: Block
    predicted: str
    wrong: bool | None = None
    said: set[str] = field(default_factory=set)


@dataclass(slots=True)
class Replay:
    """Takes a project's facts in the order of the ledger; what contradicts the rules is told.

    Attributes:
        blocks: by lane, all of them, oldest first.
        contradictions: one sentence each.
    """

    blocks: dict[str, list[Block]] = field(default_factory=dict)
    contradictions: list[str] = field(default_factory=list)
    _audits: dict[str, _Audit] = field(default_factory=dict)

    def take(self, facts: Iterable[Fact]) -> None:
        """Take the facts that come next."""
        for fact in facts:
            match fact:
                case Began():
                    self._began(fact)
                case Ruled():
                    self._ruled(fact)
                case Answered():
                    self._answered(fact)
                case Corrected():
                    self._corrected(fact)
                case Ended():
                    self._ended(fact)

    def _began(self, fact: Began) -> None:
        earlier = self.blocks.setdefault(fact.lane, [])
        if fact.number != len(earlier) + 1:
            self._object(f"block {fact.number} of {fact.lane!r} is out of turn")
        if earlier and earlier[-1].end is None:
            self._object(f"block {fact.number} of {fact.lane!r} began before the last one's end")
        earlier.append(Block(fact.number, fact.terms))

    def _ruled(self, fact: Ruled) -> None:
        ruling = fact.ruling
        if not ruling.inside:
            if not ruling.review or ruling.probability != 1:
                self._object(f"event {fact.event_id!r} escaped outside of the lane")
            return
        block = self._block(fact.lane, ruling_of=fact)
        if block is None:
            return
        self._check(fact, block)
        block.cover(fact.version)
        if ruling.counted:
            block.audit()
            self._audits[fact.event_id] = _Audit(block, fact.predicted)
        elif not ruling.review:
            block.accept()

    def _check(self, fact: Ruled, block: Block) -> None:
        ruling, floor = fact.ruling, block.terms.floor
        if not block.is_open:
            self._object(f"event {fact.event_id!r} entered the lane while the gate was shut")
        if ruling.threshold is None or fact.score > ruling.threshold:
            self._object(f"event {fact.event_id!r} entered the lane above its threshold")
        if ruling.probability < floor:
            self._object(f"event {fact.event_id!r} was audited with less than {floor}")
        if ruling.review != (fact.draw < ruling.probability):
            self._object(f"event {fact.event_id!r} was not routed as its coin fell")
        if ruling.counted != (fact.draw < thinned(ruling.probability, floor)):
            self._object(f"event {fact.event_id!r} is not counted as its coin fell")

    def _block(self, lane: str, *, ruling_of: Ruled) -> Block | None:
        blocks = self.blocks.get(lane, [])
        block = blocks[-1] if blocks else None
        if block is None or block.number != ruling_of.ruling.block:
            self._object(f"event {ruling_of.event_id!r} names a block that was not in force")
            return None
        return block

    def _answered(self, fact: Answered) -> None:
        audit = self._audits.get(fact.event_id)
        if audit is None or audit.wrong is fact.wrong:
            return
        if audit.wrong is not None:
            audit.block.reopen(wrong=audit.wrong)
        if fact.wrong is not None:
            if fact.wrong not in {label != audit.predicted for label in audit.said}:
                self._object(f"event {fact.event_id!r} counts otherwise than people decided")
            audit.block.settle(wrong=fact.wrong)
        audit.wrong = fact.wrong

    def _corrected(self, fact: Corrected) -> None:
        if fact.event_id in self._audits:
            self._audits[fact.event_id].said.add(fact.label)

    def _ended(self, fact: Ended) -> None:
        block = self.blocks.get(fact.lane, [])[fact.number - 1 : fact.number]
        if block and fact.end is End.POLICY and block[0].end is None:
            block[0].end = End.POLICY
        elif not block or block[0].end is not fact.end:
            self._object(f"block {fact.number} of {fact.lane!r} did not end as {fact.end.value!r}")

    def _object(self, contradiction: str) -> None:
        self.contradictions.append(contradiction)
