"""Dead letters in memory; tests/contracts/test_dead_letter_store.py holds them to the real ones."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime

from services.review.domain.dead_letters import (
    Letter,
    LetterState,
    NewLetter,
    Selection,
    Settled,
)
from shared.errors import Unavailable


@dataclass
class FakeDeadLetters:
    """Implements `services.review.ports.DeadLetters`."""

    letters: dict[int, Letter] = field(default_factory=dict)
    bytes_of: dict[int, bytes] = field(default_factory=dict)

    def known(self, document_ids: Collection[str]) -> Collection[str]:
        return {x.document_id for x in self.letters.values()} & set(document_ids)

    def add(self, letters: Sequence[NewLetter]) -> None:
        for new in letters:
            if self.known([new.document_id]):
                raise Unavailable("another process wrote the same first")
            number = self.newest() + 1
            values = asdict(new)
            original = values.pop("original")
            self.letters[number] = Letter(id=number, size=len(original), **values)
            self.bytes_of[number] = original

    def get(self, identity: int) -> Letter | None:
        return self.letters.get(identity)

    def originals(self, identities: Collection[int]) -> Mapping[int, bytes]:
        return {number: self.bytes_of[number] for number in identities}

    def page(self, wanted: Selection, limit: int, before: int | None) -> Sequence[Letter]:
        found = [x for x in self._matching(wanted) if before is None or x.id < before]
        return found[::-1][:limit]

    def newest(self) -> int:
        return max(self.letters, default=0)

    def counts(self, wanted: Selection) -> Mapping[tuple[str, str], int]:
        return Counter((x.project, x.reason) for x in self._matching(wanted))

    def settle(self, wanted: Selection, settled: Settled, limit: int) -> Sequence[Letter]:
        waiting = [x for x in self._matching(wanted) if x.state is LetterState.WAITING][:limit]
        for letter in waiting:
            self.letters[letter.id] = replace(
                letter,
                state=settled.state,
                settled_by=settled.by,
                settled_at=settled.at,
                settle_reason=settled.why,
            )
        return [self.letters[letter.id] for letter in waiting]

    def forget(self, settled_before: datetime, limit: int) -> int:
        old = [
            number
            for number, x in self.letters.items()
            if x.state is not LetterState.WAITING and x.settled_at and x.settled_at < settled_before
        ][:limit]
        for number in old:
            del self.letters[number], self.bytes_of[number]
        return len(old)

    def _matching(self, wanted: Selection) -> list[Letter]:
        return [
            x
            for _, x in sorted(self.letters.items())
            if wanted.project in (None, x.project)
            and wanted.reason in (None, x.reason)
            and (wanted.streams is None or x.stream in wanted.streams)
            and wanted.state in (None, x.state)
            and wanted.id in (None, x.id)
            and (wanted.upto is None or x.id <= wanted.upto)
        ]
