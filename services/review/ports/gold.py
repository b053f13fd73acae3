"""Gold: events whose answer is known, and who was given them."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

from services.review.domain.gold import Gold, NewGold, Purpose, Score, Showing


class GoldItems(Protocol):
    """Gold, and each person's turns with it; a person's turns are guarded by their lock."""

    def mark(self, new: NewGold) -> Gold:
        """Make an event gold, or replace its answer; it is active."""
        ...

    def retire(self, project: str, event_id: str) -> bool:
        """Give an event to nobody any more. False if it is not gold."""
        ...

    def page(self, project: str, limit: int, before: int | None) -> Sequence[Gold]:
        """Gold, newest first, older than `before`."""
        ...

    def fresh(self, project: str, reviewer: str, limit: int) -> Sequence[Gold]:
        """Gold for a person who neither held nor practised the event, had its copy or marked it.

        What people have decided otherwise since, or look at again, is left out.
        """
        ...

    def show(
        self, gold: Gold, reviewer: str, purpose: Purpose, item_id: int | None, now: datetime
    ) -> Showing:
        """Note that a person is given a gold item."""
        ...

    def get(self, showing_id: int) -> Showing | None:
        """One turn."""
        ...

    def of_item(self, item_id: int) -> Showing | None:
        """The turn to which a copy belongs."""
        ...

    def open(self, project: str, reviewer: str, purpose: Purpose) -> Showing | None:
        """A turn without an answer that was not passed on, the oldest."""
        ...

    def given(self, project: str, reviewer: str) -> int:
        """How many turns a person had."""
        ...

    def keep(self, turn: Showing) -> None:
        """Keep what was answered, and what was told; or that it was taken back."""
        ...

    def newest(
        self, project: str, reviewer: str, purpose: Purpose, since: datetime | None, limit: int
    ) -> Sequence[bool]:
        """Whether the newest answers, since a moment, were right; newest first."""
        ...

    def scores(self, project: str) -> Mapping[str, Score]:
        """How everybody did, in exams too."""
        ...
