"""Blocks in memory; tests/contracts/test_review_blocks.py compares."""

from collections.abc import Collection, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, field, replace
from datetime import datetime

from services.review.domain.certificate.block import Block
from services.review.ports.blocks import Audit, AuditAnswer, DatedBlock


@dataclass
class FakeBlocks:
    kept: dict[tuple[str, str, int], DatedBlock] = field(default_factory=dict)
    drawn_audits: dict[tuple[str, str], Audit] = field(default_factory=dict)
    left: list[tuple[str, AuditAnswer]] = field(default_factory=list)

    def newest(self, project: str) -> Mapping[str, Block]:
        found: dict[str, Block] = {}
        for (owner, lane, _), dated in sorted(self.kept.items()):
            if owner == project:
                found[lane] = copy(dated.block)
        return found

    def some(self, project: str, which: Collection[tuple[str, int]]) -> Mapping[str, list[Block]]:
        found: dict[str, list[Block]] = {}
        for lane, number in which:
            dated = self.kept.get((project, lane, number))
            if dated:
                found.setdefault(lane, []).append(copy(dated.block))
        return found

    def page(
        self, project: str, limit: int, before: int | None
    ) -> Sequence[tuple[int, DatedBlock]]:
        numbered = [
            (place, dated)
            for place, ((owner, _, _), dated) in enumerate(self.kept.items(), 1)
            if owner == project and (before is None or place < before)
        ]
        return numbered[::-1][:limit]

    def put(self, project: str, lane: str, block: Block, now: datetime) -> None:
        key = (project, lane, block.number)
        dated = self.kept.get(key, DatedBlock(lane, block, now, None))
        ended = (dated.ended_at or now) if block.end else None
        self.kept[key] = replace(dated, block=copy(block), ended_at=ended)

    def drawn(self, project: str, audits: Sequence[Audit]) -> None:
        self.drawn_audits.update({(project, audit.event_id): audit for audit in audits})

    def audits(self, project: str, event_ids: Collection[str]) -> Mapping[str, Audit]:
        found = {name: self.drawn_audits.get((project, name)) for name in event_ids}
        return {name: audit for name, audit in found.items() if audit}

    def settle(self, project: str, audit: Audit) -> None:
        self.drawn_audits[project, audit.event_id] = audit

    def answer(self, project: str, answer: AuditAnswer) -> None:
        self.left.append((project, answer))

    def take_answers(self, project: str, limit: int) -> Sequence[AuditAnswer]:
        taken = [answer for owner, answer in self.left if owner == project][:limit]
        self.left = [(o, a) for o, a in self.left if o != project or a not in taken]
        return taken
