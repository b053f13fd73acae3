"""Blocks of automatic decisions, and the audits that count in them.

Only who routes changes blocks, and one at a time: `Projects.lock` is held meanwhile. Who answers
an audit leaves the answer for them, so that people and the router never wait for each other.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from services.review.domain.certificate.block import Block


@dataclass(frozen=True, slots=True)
class Audit:
    """An audit that counts in a block.

    Attributes:
        lane: the block's.
        block: the block's number.
        wrong: what the block knows: whether people found an error; None: they have not answered.
        answers: how often the block was told.
    """

    event_id: str
    lane: str
    block: int
    wrong: bool | None = None
    answers: int = 0


@dataclass(frozen=True, slots=True)
class AuditAnswer:
    """What people said of an audit; None: an answer was taken back."""

    event_id: str
    wrong: bool | None
    at: datetime


@dataclass(frozen=True, slots=True)
class DatedBlock:
    """A block with its place in time."""

    lane: str
    block: Block
    began_at: datetime
    ended_at: datetime | None


class Blocks(Protocol):
    """The blocks."""

    def newest(self, project: str) -> Mapping[str, Block]:
        """The newest block of each lane that has one."""
        ...

    def some(self, project: str, which: Collection[tuple[str, int]]) -> Mapping[str, list[Block]]:
        """Blocks by lane and number."""
        ...

    def page(
        self, project: str, limit: int, before: int | None
    ) -> Sequence[tuple[int, DatedBlock]]:
        """Blocks with their places, newest first, of those before a place."""
        ...

    def put(self, project: str, lane: str, block: Block, now: datetime) -> None:
        """Keep a block as it is now."""
        ...

    def drawn(self, project: str, audits: Sequence[Audit]) -> None:
        """Keep audits that were drawn."""
        ...

    def audits(self, project: str, event_ids: Collection[str]) -> Mapping[str, Audit]:
        """Those of these events that are audits and count."""
        ...

    def settle(self, project: str, audit: Audit) -> None:
        """Keep what the block now knows of an audit."""
        ...

    def answer(self, project: str, answer: AuditAnswer) -> None:
        """Leave an answer for who routes next."""
        ...

    def take_answers(self, project: str, limit: int) -> Sequence[AuditAnswer]:
        """Take the oldest answers that were left."""
        ...
