"""What people may practise on."""

from collections.abc import Sequence
from typing import Protocol

from services.review.domain.practice import Exercise


class Practice(Protocol):
    """Events of a project's own queue that others decided, without the gold that is in use."""

    def fresh(self, project: str, reviewer: str, limit: int) -> Sequence[Exercise]:
        """Those that a person has neither held nor practised, the newest first.

        Only among the newest few thousand events, so that it stays quick.
        """
        ...

    def find(self, project: str, reviewer: str, item_id: int) -> Exercise | None:
        """One that they have not held, whether they practised it or not."""
        ...
