"""A sealed ledger in memory, as far as the command line asks for it."""

import json
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from services.review.api.seal_answers import (
    EntriesAnswer,
    LedgerVerificationAnswer,
    ProofAnswer,
    SignedHeadAnswer,
    StoredEntry,
)
from services.review.domain.access import ADMIN
from tests.unit.review.test_sealing import SealedDesk
from tests.unit.review.voting_desk import ADA


@dataclass
class FakeSealedLedger:
    """Two entries a page; `asked` are the requests that came."""

    asked: list[str] = field(default_factory=list)

    @cached_property
    def desk(self) -> SealedDesk:
        """Entry 4 is the decision on event `e1`."""
        desk = SealedDesk()
        desk.arrive("e1")
        desk.say(ADA, "leave")
        desk.seal()
        return desk

    def answer(self, path: str) -> tuple[int, object]:
        self.asked.append(path)
        match path.partition("?")[0].strip("/").split("/")[1:]:
            case ["ledger", "head"]:
                return 200, _json(SignedHeadAnswer.of(self.desk.verify.newest()))
            case ["ledger", "verification"]:
                return 200, _json(LedgerVerificationAnswer.of(self.desk.verify()))
            case ["ledger", "entries", project]:
                after = int(path.partition("cursor=")[2] or 0)
                page = self.desk.prove.entries(project, after, 2)
                entries = [StoredEntry.of(entry) for entry in page.items]
                cursor = str(page.last.sequence) if page.last else None
                return 200, _json(EntriesAnswer(entries=entries, next_cursor=cursor))
            case ["decisions", project, event_id, "record"]:
                return 200, _json(ProofAnswer.of(self.desk.prove(project, event_id, reader=ADMIN)))
        raise AssertionError(path)


def _json(answer: Any) -> object:
    return json.loads(answer.model_dump_json())
