"""Answers, and what people are through with."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from services.review.domain.votes import Ballot, Because, Draft, VoteState


class Votes(Protocol):
    """Answers, and what people are through with."""

    def add(self, ballot: Ballot) -> None:
        """Record a vote."""
        ...

    def counted(self, item_id: int, item_round: int) -> Sequence[Ballot]:
        """The votes of a round that count, in the order in which they came."""
        ...

    def of_lease(self, lease_id: str) -> Ballot | None:
        """The counted vote that was given under a lease."""
        ...

    def since(self, project: str, reviewer: str, moment: datetime, limit: int) -> Sequence[Ballot]:
        """Counted votes of a reviewer since a moment, oldest first."""
        ...

    def newest(self, project: str, limit: int) -> Sequence[Ballot]:
        """The newest counted votes of a project, newest first."""
        ...

    def taught(self, item_id: int) -> Mapping[str, str | None]:
        """Whose skill has learned of their vote on this item, whatever became of the vote.

        With each, as JSON, the probabilities that it was held against; None: those on which the
        item was settled.
        """
        ...

    def mark_taught(
        self, item_id: int, reviewers: Collection[str], held_against: str | None = None
    ) -> None:
        """Note that skills have learned of these reviewers' votes on an item, and how."""
        ...

    def unmark_taught(self, item_id: int, reviewers: Collection[str]) -> None:
        """Note that skills know nothing of these reviewers' votes on an item any more."""
        ...

    def take_back(self, ballot: Ballot, state: VoteState) -> bool:
        """Let a vote count no more. False if it did not count any more already."""
        ...

    def pass_on(
        self, item_id: int, reviewer: str, because: Because, reason: str | None, now: datetime
    ) -> bool:
        """Never show an item to a person again. False if they were through with it before."""
        ...

    def welcome_back(self, item_id: int, reviewer: str) -> None:
        """Let a person see an item again."""
        ...

    def keep_draft(self, item_id: int, reviewer: str, draft: Draft) -> None:
        """Keep what a person has begun to answer; replaces an earlier one."""
        ...

    def drafts(self, item_ids: Collection[int], reviewer: str) -> Mapping[int, Draft]:
        """What a person had begun to answer."""
        ...

    def notes(self, item_id: int) -> Sequence[tuple[str, Because, str]]:
        """Reasons that people gave when they passed the item on: who, why, what they said."""
        ...
