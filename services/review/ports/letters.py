"""Dead letters."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from services.review.domain.dead_letters import Letter, NewLetter, Selection, Settled


class DeadLetters(Protocol):
    """What could not be processed, until a person settles it."""

    def known(self, document_ids: Collection[str]) -> Collection[str]:
        """Which of these are kept already."""
        ...

    def add(self, letters: Sequence[NewLetter]) -> None:
        """Keep letters; none of them may be kept already."""
        ...

    def get(self, identity: int) -> Letter | None:
        """One letter."""
        ...

    def originals(self, identities: Collection[int]) -> Mapping[int, bytes]:
        """The originals of letters, byte for byte."""
        ...

    def page(self, wanted: Selection, limit: int, before: int | None) -> Sequence[Letter]:
        """Letters older than `before`, newest first."""
        ...

    def newest(self) -> int:
        """The id of the letter that came last; 0 if there is none."""
        ...

    def counts(self, wanted: Selection) -> Mapping[tuple[str, str], int]:
        """Number of letters by project and reason."""
        ...

    def settle(self, wanted: Selection, settled: Settled, limit: int) -> Sequence[Letter]:
        """Settle waiting letters, oldest first; gives those that this call settled."""
        ...

    def forget(self, settled_before: datetime, limit: int) -> int:
        """Delete letters that were settled before; how many."""
        ...
