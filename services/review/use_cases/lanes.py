"""A project's lanes while a batch is routed: its blocks, by one logical writer."""

import json
from collections.abc import Callable, Collection, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from functools import partial

from services.review.domain.certificate.block import Block, Terms
from services.review.domain.certificate.gate import Placed, Threshold
from services.review.domain.ledger import Kind, NewEntry
from services.review.domain.router import Router
from services.review.domain.routing import Bar, Rules
from services.review.ports import Audit, AuditAnswer, ProjectState, Transaction
from services.review.use_cases.thresholds import Thresholds
from shared import wire
from shared.events import Route

_ANSWERS_AT_ONCE = 1000
_VERDICTS = {True: "wrong", False: "right", None: "open"}


@dataclass(frozen=True, slots=True)
class _Chosen:
    """Implements `router.Chosen`."""

    threshold: Callable[[str, wire.Model], Threshold]
    terms: Callable[[str, Block | None], Terms]


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
        self._project = state.configuration.name
        self._record = record
        self._now = now
        self._newest = self._blocks.newest(self._project)
        self._router = Router(
            Rules(state.configuration.policy, state.policy_version, state.stopped),
            self._newest,
            _Chosen(partial(thresholds.of, state), partial(thresholds.terms, state)),
            self,
        )
        self._audits: list[Audit] = []
        self._hear_answers()

    def route(self, data: wire.PredictionData, draw: float) -> tuple[Route, Placed | Bar]:
        """Route an event. Once that is recorded, `note` says what it did to its block."""
        return self._router.route(data, draw)

    def note(self, placed: Placed, event_id: str) -> None:
        """Note an audit that counts, and that a block ended, if the event was its last."""
        if placed.ruling.counted:
            self._audits.append(Audit(event_id, placed.lane, placed.ruling.block))
        self._router.note(placed)

    def keep(self) -> None:
        """Write down how the blocks stand."""
        for name, block in self._router.standing():
            self._blocks.put(self._project, name, block, self._now)
        self._blocks.drawn(self._project, self._audits)

    def began(self, lane: str, block: Block) -> None:
        """Record that a block began."""
        self._say(Kind.BLOCK_BEGAN, lane, block.number, "began", _terms(block))

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
        has_ended = block.hear(before=audit.wrong, now=answer.wrong)
        told = replace(audit, wrong=answer.wrong, answers=audit.answers + 1)
        self._blocks.settle(self._project, told)
        body = {"lane": audit.lane, "block": audit.block, "wrong": answer.wrong}
        detail = _VERDICTS[answer.wrong]
        self._say(Kind.AUDITED, audit.event_id, told.answers, detail, body)
        if has_ended:
            self.ended(audit.lane, block)

    def ended(self, lane: str, block: Block) -> None:
        """Record that a block ended."""
        assert block.end is not None  # noqa: S101 - it was asked
        body = {
            "accepted": block.accepted,
            "checked": block.checked,
            "found": block.found,
            "pending": block.pending,
            "versions": block.versions,
        }
        self._say(Kind.BLOCK_ENDED, lane, block.number, block.end.value, body)
        self._blocks.put(self._project, lane, block, self._now)

    def _say(
        self, kind: Kind, subject: str, revision: int, detail: str, body: Mapping[str, object]
    ) -> None:
        text = json.dumps(body)
        entry = NewEntry(self._project, kind, subject, revision, detail, text, self._now)
        self._record(entry)


def _terms(block: Block) -> dict[str, object]:
    terms = block.terms
    return {"budget": terms.budget, "credits": terms.credits} | asdict(terms)
