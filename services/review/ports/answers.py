"""What was asked under an Idempotency-Key, and what became of it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Answered:
    """A request that was carried out, and enough of its outcome to tell it again."""

    request: str
    outcome: str


class Answers(Protocol):
    """Requests that were carried out, by key; the key names its user too."""

    def find(self, key: str) -> Answered | None:
        """What was asked under a key."""
        ...

    def remember(self, key: str, answered: Answered, at: datetime) -> bool:
        """Remember it. False if something is remembered under the key already."""
        ...

    def forget(self, before: datetime, limit: int) -> int:
        """Forget what was remembered before; how many."""
        ...
