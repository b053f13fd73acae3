"""What must become of gold items, said once more in plain Python."""

from dataclasses import dataclass
from datetime import datetime

from tests.machines.rules import Item


@dataclass
class Copy:
    """One person's turn with a gold item.

    Attributes:
        row: the number of the copy.
        lease: under which it is held; None: given back, passed on or answered.
        passed: whether its holder skipped or escalated it.
        said: the answer, with the lease under which and when it was given.
    """

    event: str
    holder: str
    row: int
    lease: str | None
    until: datetime
    passed: bool = False
    said: tuple[str, str, datetime] | None = None


class Golds:
    """Which events are gold, and who was given which.

    Attributes:
        marked: event -> (its label, who made it gold).
    """

    def __init__(self) -> None:
        self.marked: dict[str, tuple[str, str]] = {}
        self.labels: dict[str, str] = {}
        self.copies: list[Copy] = []

    def mark(self, event: str, label: str, who: str) -> None:
        self.marked[event], self.labels[event] = (label, who), label

    def fresh(self, items: dict[str, Item], who: str) -> set[str]:
        """Events that are gold, as people still see them, and new to somebody."""
        had = {copy.event for copy in self.copies if copy.holder == who}
        return {
            event
            for event, (label, by) in self.marked.items()
            if (items[event].settled, items[event].label) == (True, label)
            and who not in {by, *items[event].had}
            and event not in had
        }

    def back(self, who: str, now: datetime) -> Copy | None:
        """The copy that comes before anything else: given back, or held for too long."""
        for copy in self.copies:
            if copy.holder == who and not copy.passed and copy.said is None:
                return copy if copy.lease is None or copy.until <= now else None
        return None

    def held(self) -> list[Copy]:
        return [copy for copy in self.copies if copy.lease]

    def answered(self) -> list[Copy]:
        return [copy for copy in self.copies if copy.said]

    def scores(self) -> dict[str, tuple[int, int]]:
        """How many each has answered, and how many right, by what the label is now."""
        found: dict[str, tuple[int, int]] = {}
        for copy in self.answered():
            seen, right = found.get(copy.holder, (0, 0))
            assert copy.said
            is_right = copy.said[1] == self.labels[copy.event]
            found[copy.holder] = seen + 1, right + is_right
        return found
