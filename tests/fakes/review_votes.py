"""Votes in memory; tests/contracts/test_review_queues.py compares."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from services.review.domain.votes import Ballot, Because, Draft, VoteState
from tests.fakes.review_queues import FakeItems


@dataclass
class FakeVotes:
    ballots: list[Ballot] = field(default_factory=list)
    through: dict[tuple[int, str], tuple[Because, str | None]] = field(default_factory=dict)
    kept: dict[tuple[int, str], Draft] = field(default_factory=dict)
    lessons: dict[tuple[int, str], str | None] = field(default_factory=dict)
    items: FakeItems = field(default_factory=FakeItems)

    def add(self, ballot: Ballot) -> None:
        self.ballots.append(ballot)

    def counted(self, item_id: int, item_round: int) -> Sequence[Ballot]:
        return [b for b in self._counted() if (b.item_id, b.round) == (item_id, item_round)]

    def of_lease(self, lease_id: str) -> Ballot | None:
        return next((b for b in self._counted() if b.lease_id == lease_id), None)

    def since(self, project: str, reviewer: str, moment: datetime, limit: int) -> Sequence[Ballot]:
        return [
            b
            for b in self._counted()
            if b.reviewer == reviewer
            and b.at >= moment
            and self.items.items[b.item_id].project == project
        ][:limit]

    def newest(self, project: str, limit: int) -> Sequence[Ballot]:
        counted = [b for b in self._counted() if self.items.items[b.item_id].project == project]
        return counted[::-1][:limit]

    def taught(self, item_id: int) -> Mapping[str, str | None]:
        return {who: how for (number, who), how in self.lessons.items() if number == item_id}

    def mark_taught(
        self, item_id: int, reviewers: Collection[str], held_against: str | None = None
    ) -> None:
        self.lessons |= {(item_id, who): held_against for who in reviewers}

    def unmark_taught(self, item_id: int, reviewers: Collection[str]) -> None:
        for who in reviewers:
            self.lessons.pop((item_id, who), None)

    def take_back(self, ballot: Ballot, state: VoteState) -> bool:
        for place, known in enumerate(self.ballots):
            same = (known.item_id, known.number) == (ballot.item_id, ballot.number)
            if same and known.state is VoteState.COUNTED:
                self.ballots[place] = replace(known, state=state)
                return True
        return False

    def pass_on(
        self, item_id: int, reviewer: str, because: Because, reason: str | None, now: datetime
    ) -> bool:
        if (item_id, reviewer) in self.through:
            return False
        self.through[item_id, reviewer] = because, reason
        return True

    def welcome_back(self, item_id: int, reviewer: str) -> None:
        self.through.pop((item_id, reviewer), None)

    def keep_draft(self, item_id: int, reviewer: str, draft: Draft) -> None:
        self.kept[item_id, reviewer] = draft

    def drafts(self, item_ids: Collection[int], reviewer: str) -> Mapping[int, Draft]:
        return {i: d for (i, who), d in self.kept.items() if i in item_ids and who == reviewer}

    def notes(self, item_id: int) -> Sequence[tuple[str, Because, str]]:
        return [
            (who, because, reason)
            for (number, who), (because, reason) in self.through.items()
            if number == item_id and reason is not None
        ]

    def _counted(self) -> list[Ballot]:
        return [ballot for ballot in self.ballots if ballot.state is VoteState.COUNTED]
