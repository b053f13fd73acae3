"""Seals in memory; tests/contracts/test_review_seals.py compares."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from services.review.domain.ledger import Entry
from services.review.domain.seals import Seal, SignedHead, Stored
from shared.errors import Unavailable


class _Ledger(Protocol):
    rows: list[tuple[str, Entry]]


@dataclass
class FakeSeals:
    """`at_work` are the transactions that it says write to the ledger."""

    ledger: _Ledger
    seals: list[Seal] = field(default_factory=list)
    erased: dict[int, str] = field(default_factory=dict)
    at_work: frozenset[str] = frozenset()
    taken: bool = False

    def newest(self) -> SignedHead | None:
        return self.seals[-1].signed if self.seals else None

    def heads(self, numbers: Collection[int]) -> Sequence[SignedHead]:
        return [s.signed for s in self.seals if s.signed.head.number in numbers]

    def after(self, number: int, limit: int) -> Sequence[Seal]:
        return self.seals[number : number + limit]

    def covering(self, sequence: int) -> Seal | None:
        return next((s for s in self.seals if s.signed.head.last >= sequence), None)

    def add(self, seal: Seal) -> None:
        if seal.signed.head.number != len(self.seals) + 1:
            raise Unavailable("another process wrote the same first")
        self.seals.append(seal)

    def take_turn(self) -> bool:
        return not self.taken

    def writers(self) -> frozenset[str]:
        return self.at_work

    def entries(self, after: int, until: int, limit: int) -> Sequence[Stored]:
        return [e for e in self._stored() if after < e.sequence <= until][:limit]

    def story(self, project: str, subject: str) -> Sequence[Stored]:
        return [e for e in self._stored() if (e.project, e.subject) == (project, subject)]

    def of_project(self, project: str, after: int, limit: int) -> Sequence[Stored]:
        return [e for e in self._stored() if e.project == project and e.sequence > after][:limit]

    def _stored(self) -> list[Stored]:
        return [
            Stored(
                entry.sequence,
                project,
                entry.kind,
                entry.subject,
                entry.revision,
                entry.detail,
                entry.body,
                entry.at,
                "" if entry.sequence in self.erased else f"{entry.sequence:032x}",
                self.erased.get(entry.sequence),
            )
            for project, entry in self.ledger.rows
        ]
