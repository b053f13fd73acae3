"""Gold among the items that a reviewer is given, so that nobody can tell which."""

from dataclasses import replace
from datetime import datetime

from typing_extensions import override

from services.review.domain.access import Permission, User
from services.review.domain.coin import Draw, coin
from services.review.domain.gold import (
    Gold,
    Purpose,
    copy_of,
    is_due,
)
from services.review.domain.queue import Candidate, Item, Lease
from services.review.domain.reviewers import Reviewer
from services.review.ports import Hold, Transaction
from shared.project import AuditTiming, Project

_CHOICE = 50
"""Gold items among which one is drawn."""


class Deal:
    """What a reviewer is given in one claim, where there is no gold."""

    def given_back(self, until: datetime, now: datetime) -> list[Lease]:
        """The copy that the reviewer gave back or let expire; it comes again as any item would."""
        del until, now
        return []

    def instead_of(
        self, candidate: Candidate, most: int, until: datetime, now: datetime
    ) -> list[Lease]:
        """Copies of gold items in place of a candidate, as long as it is time for one."""
        del candidate, most, until, now
        return []

    def count(self) -> None:
        """One more item was given."""

    def keep(self) -> None:
        """Keep how many items the reviewer was given."""


class GoldDeal(Deal):
    """What a reviewer is given in one claim, gold among it."""

    def __init__(
        self, transaction: Transaction, reviewer: Reviewer, project: Project, key: bytes
    ) -> None:
        self._transaction = transaction
        self._reviewer = reviewer
        self._share = project.quality.gold_share
        self._decisions = int(project.policy.audits is AuditTiming.AFTER)
        self._key = key
        self._before = dealt = reviewer.dealt
        self._dealt = dealt
        self._given = transaction.gold.given(reviewer.project, reviewer.name)

    @override
    def given_back(self, until: datetime, now: datetime) -> list[Lease]:
        name = self._reviewer.name
        turn = self._transaction.gold.open(self._reviewer.project, name, Purpose.HIDDEN)
        if turn is None or turn.item_id is None:
            return []
        hold = Hold(name, until, _nobody_sees)
        lease = self._transaction.leases.grant_own(turn.item_id, hold, now)
        return [lease] if lease else []

    @override
    def instead_of(
        self, candidate: Candidate, most: int, until: datetime, now: datetime
    ) -> list[Lease]:
        leases: list[Lease] = []
        while len(leases) < most and (lease := self._copy(candidate, until, now)):
            leases.append(lease)
        return leases

    def _copy(self, candidate: Candidate, until: datetime, now: datetime) -> Lease | None:
        owner, project = self._reviewer.name, self._reviewer.project
        if not is_due(self._key, project, owner, self._dealt, self._given, self._share):
            return None
        gold = draw_gold(self._transaction, self._key, self._reviewer, str(self._dealt))
        if gold is None:
            return None
        copy = replace(copy_of(gold, owner, candidate, self._key, now), decisions=self._decisions)
        self._transaction.items.add([copy])
        item = self._transaction.items.of_event(project, copy.event_id)
        assert item is not None  # noqa: S101 - it was added
        self._transaction.items.mark_late(item.id, item.decisions)  # no deadline decides on it
        self._transaction.gold.show(gold, owner, Purpose.HIDDEN, item.id, now)
        self._given += 1
        self.count()
        return self._transaction.leases.grant_own(item.id, Hold(owner, until, _nobody_sees), now)

    @override
    def count(self) -> None:
        self._dealt += 1

    @override
    def keep(self) -> None:
        if self._dealt != self._before:
            self._transaction.reviewers.put(self._reviewer.dealt_in_all(self._dealt))


def _nobody_sees(_: Item) -> bool:
    """Gold is blind."""
    return False


def draw_gold(
    transaction: Transaction, key: bytes, reviewer: Reviewer, occasion: str
) -> Gold | None:
    """Gold that is new to a reviewer, drawn by chance; each occasion is another draw."""
    project, name = reviewer.project, reviewer.name
    fresh = transaction.gold.fresh(project, name, _CHOICE)
    if not fresh:
        return None
    return fresh[int(coin(key, Draw.CHOICE, project, f"{name}/{occasion}") * len(fresh))]


def deal(
    transaction: Transaction, project: Project, queue: str, reviewer: User, key: bytes
) -> Deal:
    """What begins a claim where there is gold; leads get none, since they may read which it is."""
    if not project.quality.gold_share or queue != project.name or reviewer.may(Permission.LEAD):
        return Deal()
    (locked,) = transaction.reviewers.lock(project.name, {reviewer.name})
    return GoldDeal(transaction, locked, project, key)
