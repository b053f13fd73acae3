"""Reviewers: their skills, and whether they may work."""

from collections.abc import Collection, Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import Protocol

from services.review.domain.quality import Skill
from services.review.domain.reviewers import Reviewer


class Reviewers(Protocol):
    """The reviewers of each project; whom nobody knows yet is like any beginner.

    Who changes several locks them in one call, after all items and slots: so none wait in a ring.
    """

    def get(self, project: str, name: str) -> Reviewer:
        """One reviewer."""
        ...

    def of(self, project: str) -> Sequence[Reviewer]:
        """All of whom something is known, by name."""
        ...

    def skills(self, project: str, names: Collection[str]) -> Mapping[str, Skill]:
        """The skills of those of whom something is known."""
        ...

    def lock(self, project: str, names: AbstractSet[str]) -> Sequence[Reviewer]:
        """Reviewers as they are now, by name; nobody else changes them meanwhile."""
        ...

    def put(self, reviewer: Reviewer) -> None:
        """Keep what is known of a reviewer who was locked."""
        ...

    def paused(self) -> Mapping[str, int]:
        """How many are paused, by project; those without are left out."""
        ...
