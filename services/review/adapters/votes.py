"""Answers in SQL, and what people are through with."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, delete, insert, select, update
from sqlmodel import Session, col

from services.review.domain.votes import Ballot, Because, Draft, VoteState
from services.review.tables import DraftRow, ItemRow, ThroughRow, VoteRow
from shared.database import Prepared, insert_if_new, insert_new, run

_FIELDS = (
    *("item_id", "round", "number", "reviewer", "label", "comment", "reason_code"),
    *("seconds_spent", "at", "lease_id", "saw_model", "state"),
)
_COLUMNS = tuple(getattr(VoteRow, name) for name in _FIELDS)
_ADD = Prepared(insert(VoteRow))
_COUNTED = Prepared(
    select(*_COLUMNS)
    .where(
        col(VoteRow.item_id) == bindparam("of_item"),
        col(VoteRow.round) == bindparam("of_round"),
        col(VoteRow.state) == VoteState.COUNTED.value,
    )
    .order_by(col(VoteRow.number))
)
_DRAFT = Prepared(
    select(col(DraftRow.label), col(DraftRow.comment), col(DraftRow.at)).where(
        col(DraftRow.item_id) == bindparam("of_item"),
        col(DraftRow.reviewer) == bindparam("of_reviewer"),
    )
)
"""What is said for each answer is built once: building costs several times what executing does."""


class SqlVotes:
    """Implements `ports.Votes`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, ballot: Ballot) -> None:
        """Record a vote."""
        values = {name: getattr(ballot, name) for name in _FIELDS}
        _ADD.on(self._session, **values | {"state": ballot.state.value, "taught": False})

    def counted(self, item_id: int, item_round: int) -> Sequence[Ballot]:
        """The votes of a round that count, in the order in which they came."""
        rows = _COUNTED.on(self._session, of_item=item_id, of_round=item_round)
        return [_ballot(row) for row in rows]

    def of_lease(self, lease_id: str) -> Ballot | None:
        """The counted vote that was given under a lease."""
        row = run(
            self._session,
            select(*_COLUMNS).where(
                col(VoteRow.lease_id) == lease_id, col(VoteRow.state) == VoteState.COUNTED.value
            ),
        ).first()
        return _ballot(row) if row else None

    def since(self, project: str, reviewer: str, moment: datetime, limit: int) -> Sequence[Ballot]:
        """Counted votes of a reviewer since a moment, oldest first."""
        rows = run(
            self._session,
            select(*_COLUMNS)
            .join(ItemRow, col(ItemRow.id) == col(VoteRow.item_id))
            .where(
                col(VoteRow.reviewer) == reviewer,
                col(VoteRow.at) >= moment,
                col(VoteRow.state) == VoteState.COUNTED.value,
                col(ItemRow.project) == project,
            )
            .order_by(col(VoteRow.at), col(VoteRow.id))
            .limit(limit),
        )
        return [_ballot(row) for row in rows]

    def newest(self, project: str, limit: int) -> Sequence[Ballot]:
        """The newest counted votes of a project, newest first."""
        rows = run(
            self._session,
            select(*_COLUMNS)
            .join(ItemRow, col(ItemRow.id) == col(VoteRow.item_id))
            .where(
                col(VoteRow.state) == VoteState.COUNTED.value,
                col(ItemRow.project) == project,
            )
            .order_by(col(VoteRow.id).desc())
            .limit(limit),
        )
        return [_ballot(row) for row in rows]

    def taught(self, item_id: int) -> Mapping[str, str | None]:
        """Whose skill has learned of their vote on this item, and what it was held against."""
        rows = run(
            self._session,
            select(col(VoteRow.reviewer), col(VoteRow.held_against)).where(
                col(VoteRow.item_id) == item_id, col(VoteRow.taught).is_(True)
            ),
        )
        return {row.reviewer: row.held_against for row in rows}

    def mark_taught(
        self, item_id: int, reviewers: Collection[str], held_against: str | None = None
    ) -> None:
        """Note that skills have learned of these reviewers' votes on an item, and how."""
        self._mark(item_id, reviewers, taught=True, held_against=held_against)

    def unmark_taught(self, item_id: int, reviewers: Collection[str]) -> None:
        """Note that skills know nothing of these reviewers' votes on an item any more."""
        self._mark(item_id, reviewers, taught=False, held_against=None)

    def _mark(self, item_id: int, reviewers: Collection[str], **values: bool | str | None) -> None:
        whose = col(VoteRow.item_id) == item_id, col(VoteRow.reviewer).in_(sorted(reviewers))
        run(self._session, update(VoteRow).where(*whose).values(values))

    def take_back(self, ballot: Ballot, state: VoteState) -> bool:
        """Let a vote count no more. False if it did not count any more already."""
        statement = (
            update(VoteRow)
            .where(
                col(VoteRow.item_id) == ballot.item_id,
                col(VoteRow.number) == ballot.number,
                col(VoteRow.state) == VoteState.COUNTED.value,
            )
            .values(state=state.value)
        )
        return run(self._session, statement).rowcount == 1

    def pass_on(
        self, item_id: int, reviewer: str, because: Because, reason: str | None, now: datetime
    ) -> bool:
        """Never show an item to a person again. False if they were through with it before."""
        row = {"item_id": item_id, "reviewer": reviewer, "because": because.value, "at": now}
        return insert_if_new(self._session, ThroughRow, row | {"reason": reason})

    def welcome_back(self, item_id: int, reviewer: str) -> None:
        """Let a person see an item again."""
        run(self._session, delete(ThroughRow).where(*_person(ThroughRow, item_id, reviewer)))

    def keep_draft(self, item_id: int, reviewer: str, draft: Draft) -> None:
        """Keep what a person has begun to answer; replaces an earlier one."""
        run(self._session, delete(DraftRow).where(*_person(DraftRow, item_id, reviewer)))
        row = {"item_id": item_id, "reviewer": reviewer, "label": draft.label, "at": draft.at}
        insert_new(self._session, DraftRow, [row | {"comment": draft.comment}])

    def drafts(self, item_ids: Collection[int], reviewer: str) -> Mapping[int, Draft]:
        """What a person had begun to answer."""
        found = {
            item_id: _DRAFT.on(self._session, of_item=item_id, of_reviewer=reviewer).first()
            for item_id in item_ids
        }
        return {item_id: Draft(*row) for item_id, row in found.items() if row}

    def notes(self, item_id: int) -> Sequence[tuple[str, Because, str]]:
        """Reasons that people gave when they passed the item on: who, why, what they said."""
        rows = run(
            self._session,
            select(col(ThroughRow.reviewer), col(ThroughRow.because), col(ThroughRow.reason))
            .where(col(ThroughRow.item_id) == item_id, col(ThroughRow.reason).is_not(None))
            .order_by(col(ThroughRow.at)),
        )
        return [(row.reviewer, Because(row.because), row.reason) for row in rows]


def _person(table: Any, item_id: int, reviewer: str) -> tuple[Any, Any]:  # noqa: ANN401
    return col(table.item_id) == item_id, col(table.reviewer) == reviewer


def _ballot(row: Any) -> Ballot:  # noqa: ANN401 - a row of any shape
    values = dict(zip(_FIELDS, row, strict=True))
    return Ballot(**values | {"state": VoteState(values["state"])})
