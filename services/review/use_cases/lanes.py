"""A project's lanes while a batch is routed: its blocks, by one logical writer."""

import json
from collections.abc import Callable, Collection, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime

from services.review.domain.certificate.block import Block, End
from services.review.domain.certificate.gate import Gate, Placed, Ruling
from services.review.domain.certificate.lanes import lane_of, promises_the_same
from services.review.domain.ledger import Kind, NewEntry
from services.review.domain.routing import (
    Bar,
    Rules,
    barred,
    follow,
    predicted_label,
    propensity,
    to_people,
)
from services.review.ports import Audit, AuditAnswer, ProjectState, Transaction
from services.review.use_cases.thresholds import Thresholds
from shared import wire
from shared.events import Route

_ANSWERS_AT_ONCE = 1000
_VERDICTS = {True: "wrong", False: "right", None: "open"}


@dataclass(slots=True)
class _Lane:
    """A gate, whether the record knows its block, and the thresholds of model versions."""

    gate: Gate
    is_recorded: bool
    limits: dict[str, float | None] = field(default_factory=dict)
    limits_of: Block | None = None


class Lanes:
    """The lanes of one project, within a transaction that has locked it.

    What happens to blocks is recorded among the events that make it happen, in their order: from
    the record alone it can be repeated.
    """

    def __init__(
        self,
        transaction: Transaction,
        state: ProjectState,
        thresholds: Thresholds,
        record: Callable[[NewEntry], None],
        now: datetime,
    ) -> None:
        self._blocks = transaction.blocks
        self._state = state
        self._rules = Rules(state.configuration.policy, state.policy_version, state.stopped)
        self._project = state.configuration.name
        self._thresholds = thresholds
        self._record = record
        self._now = now
        self._newest = self._blocks.newest(self._project)
        self._lanes: dict[str, _Lane] = {}
        self._audits: list[Audit] = []
        self._hear_answers()

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

    def _rule(
        self, name: str, model: wire.Model, score: float, check: tuple[float, float]
    ) -> Ruling:
        """Rule on an event; `check` is its coin, and the probability that the policy asks for."""
        lane = self._lanes.get(name) or self._open(name)
        block = lane.gate.in_force()
        if block is not lane.limits_of:
            lane.limits_of, lane.limits = block, {}
        if model.sha256 not in lane.limits:
            ask = self._thresholds.of(self._state, name, model)
            lane.limits[model.sha256] = ask(block)
        ruling = lane.gate.rule(score, lane.limits[model.sha256], *check)
        if ruling.inside:
            block.cover(model.version)
            if not lane.is_recorded:
                lane.is_recorded = True
                self._say(Kind.BLOCK_BEGAN, name, block.number, "began", _terms(block))
        return ruling

    def note(self, placed: Placed, event_id: str) -> None:
        """Note an audit that counts, and that a block ended, if the event was its last."""
        name, ruling = placed.lane, placed.ruling
        if ruling.counted:
            self._audits.append(Audit(event_id, name, ruling.block))
        lane = self._lanes[name]
        block = lane.gate.block
        if block.end is not None and lane.is_recorded:
            lane.is_recorded = False
            self._ended(name, block)

    def keep(self) -> None:
        """Write down how the blocks stand."""
        for name, lane in sorted(self._lanes.items()):
            if lane.is_recorded:
                self._blocks.put(self._project, name, lane.gate.block, self._now)
        self._blocks.drawn(self._project, self._audits)

    def _open(self, name: str) -> _Lane:
        block = self._newest.get(name)
        is_recorded = block is not None and block.end is None
        terms = self._thresholds.terms(self._state, name, block)
        if block is None:
            block = Block(1, terms)
        elif is_recorded and not promises_the_same(block.terms, self._rules.policy):
            block.end, is_recorded = End.POLICY, False
            self._ended(name, block)
        lane = self._lanes[name] = _Lane(Gate(block, terms), is_recorded)
        return lane

    def _hear_answers(self) -> None:
        """Let the blocks know what people have said since."""
        answers = self._blocks.take_answers(self._project, _ANSWERS_AT_ONCE)
        if not answers:
            return
        audits = self._blocks.audits(self._project, {a.event_id for a in answers})
        which = {(audit.lane, audit.block) for audit in audits.values()}
        blocks = self._those(which)
        for event_id, answer in {answer.event_id: answer for answer in answers}.items():
            audit = audits.get(event_id)
            if audit is not None and audit.wrong is not answer.wrong:
                self._tell(blocks[audit.lane, audit.block], audit, answer)
        for name, number in sorted(which):
            self._blocks.put(self._project, name, blocks[name, number], self._now)

    def _those(self, which: Collection[tuple[str, int]]) -> Mapping[tuple[str, int], Block]:
        """Blocks by lane and number; the newest are those on which events are ruled."""
        newest = {(name, block.number): block for name, block in self._newest.items()}
        older = self._blocks.some(self._project, [key for key in which if key not in newest])
        return newest | {(name, b.number): b for name, many in older.items() for b in many}

    def _tell(self, block: Block, audit: Audit, answer: AuditAnswer) -> None:
        was_open = block.end is None
        if audit.wrong is not None:
            block.reopen(wrong=audit.wrong)
        if answer.wrong is not None:
            block.settle(wrong=answer.wrong)
        told = replace(audit, wrong=answer.wrong, answers=audit.answers + 1)
        self._blocks.settle(self._project, told)
        body = {"lane": audit.lane, "block": audit.block, "wrong": answer.wrong}
        detail = _VERDICTS[answer.wrong]
        self._say(Kind.AUDITED, audit.event_id, told.answers, detail, body)
        if was_open and block.end is not None:
            self._ended(audit.lane, block)

    def _ended(self, name: str, block: Block) -> None:
        assert block.end is not None  # noqa: S101 - it was asked
        body = {
            "accepted": block.accepted,
            "checked": block.checked,
            "found": block.found,
            "pending": block.pending,
            "versions": block.versions,
        }
        self._say(Kind.BLOCK_ENDED, name, block.number, block.end.value, body)
        self._blocks.put(self._project, name, block, self._now)

    def _say(
        self, kind: Kind, subject: str, revision: int, detail: str, body: Mapping[str, object]
    ) -> None:
        text = json.dumps(body)
        entry = NewEntry(self._project, kind, subject, revision, detail, text, self._now)
        self._record(entry)


def _terms(block: Block) -> dict[str, object]:
    terms = block.terms
    return {"budget": terms.budget, "credits": terms.credits} | asdict(terms)
