"""What became of events, in memory; tests/contracts/test_review_outcomes.py compares."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from services.review.domain.contribution import Effort, Impact, Outcome
from services.review.domain.gold import gold_queue
from services.review.domain.ledger import Entry, Kind
from services.review.domain.queue import Item
from services.review.domain.votes import Ballot, VoteState
from shared.events import DecidedBy, RouteReason
from tests.fakes.review_queues import FakeItems
from tests.fakes.review_votes import FakeVotes


class _Ledger(Protocol):
    @property
    def rows(self) -> list[tuple[str, Entry]]: ...


@dataclass
class FakeOutcomes:
    items: FakeItems
    votes: FakeVotes
    ledger: _Ledger

    def by_reason(self, project: str) -> Mapping[RouteReason, Outcome]:
        items = self._of(project)
        return {
            reason: Outcome(
                waiting=sum(not i.settled for i in items if i.reason is reason),
                answered=sum(_is_answered(i) for i in items if i.reason is reason),
                changed=sum(_is_changed(i) for i in items if i.reason is reason),
            )
            for reason in {item.reason for item in items}
        }

    def settled(self, project: str, after: int, until: int) -> Outcome:
        items = {item.event_id: item for item in self._of(project)}
        first = [
            items[entry.subject]
            for owner, entry in self.ledger.rows
            if (owner, entry.kind) == (project, Kind.CORRECTED)
            and after < entry.sequence <= until
            and not entry.detail.endswith(".amended")
        ]
        judged = [item for item in first if item.reason is not RouteReason.NO_MODEL]
        return Outcome(0, sum(map(_is_answered, judged)), sum(map(_is_changed, judged)))

    def changed(self, project: str, reason: RouteReason, limit: int) -> Sequence[str]:
        found = [i for i in self._of(project) if i.reason is reason and _is_changed(i)]
        return [item.event_id for item in sorted(found, key=lambda item: -item.id)][:limit]

    def effort(self, project: str) -> Effort:
        ours = {item.id for item in self._of(project)}
        counted = [b for b in self.votes.ballots if b.state is VoteState.COUNTED]
        answers = [b for b in counted if b.item_id in ours]
        seconds = [b.seconds_spent for b in answers if b.seconds_spent is not None]
        return Effort(len(answers), len(seconds), sum(seconds), sum(s * s for s in seconds))

    def impact(self, project: str, reviewer: str, before: datetime) -> Impact:
        said = self._answers_of(project, reviewer, before)
        stood = [item for ballot, item in said if ballot.label == item.label]
        right = [i for i in stood if _is_changed(i) and i.reason is not RouteReason.NO_MODEL]
        return Impact(len(said), len(stood), len(right))

    def held(
        self, project: str, reviewer: str, before: datetime, limit: int
    ) -> Sequence[tuple[datetime, bool]]:
        said = self._answers_of(project, reviewer, before)[::-1][:limit]
        return [(ballot.at, ballot.label == item.label) for ballot, item in said]

    def waits(self, project: str, limit: int) -> Sequence[float]:
        since = {item.event_id: item.received_at for item in self._of(project)}
        decided = [
            entry
            for owner, entry in self.ledger.rows
            if (owner, entry.kind, entry.detail, entry.revision)
            == (project, Kind.DECIDED, DecidedBy.REVIEWERS.value, 1)
        ]
        return [(e.at - since[e.subject]).total_seconds() for e in decided[::-1]][:limit]

    def _answers_of(
        self, project: str, reviewer: str, before: datetime
    ) -> list[tuple[Ballot, Item]]:
        items = {item.id: item for item in self._of(project) if _is_answered(item)}
        return [
            (ballot, items[ballot.item_id])
            for ballot in self.votes.ballots
            if ballot.state is VoteState.COUNTED
            and (ballot.reviewer, ballot.item_id in items) == (reviewer, True)
            and ballot.at < before
        ]

    def _of(self, project: str) -> list[Item]:
        items = self.items.items.values()
        return [i for i in items if i.project == project and i.queue != gold_queue(project)]


def _is_answered(item: Item) -> bool:
    return item.settled and item.label is not None


def _is_changed(item: Item) -> bool:
    return _is_answered(item) and item.label != item.predicted
