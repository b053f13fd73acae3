"""Reviewers in SQL."""

from collections.abc import Collection, Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import Any

from sqlalchemy import bindparam, func, select, update
from sqlmodel import Session, col

from services.review.domain.quality import Skill
from services.review.domain.reviewers import Arms, Reviewer, State
from services.review.domain.standing import Tally
from services.review.tables import ReviewerRow
from shared.database import Prepared, insert_new, run

_COLUMNS = tuple(ReviewerRow.__table__.c)  # type: ignore[attr-defined]
_ONE = Prepared(
    select(*_COLUMNS).where(
        col(ReviewerRow.project) == bindparam("of_project"),
        col(ReviewerRow.reviewer) == bindparam("of_reviewer"),
    )
)
"""Each claim asks for it: built once."""


class SqlReviewers:
    """Implements `ports.Reviewers`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def get(self, project: str, name: str) -> Reviewer:
        """One reviewer."""
        row = _ONE.on(self._session, of_project=project, of_reviewer=name).first()
        return _reviewer(row) if row else Reviewer(project, name)

    def of(self, project: str) -> Sequence[Reviewer]:
        """All of whom something is known, by name."""
        rows = run(self._session, select(*_COLUMNS).where(col(ReviewerRow.project) == project))
        return sorted(map(_reviewer, rows), key=lambda reviewer: reviewer.name)

    def skills(self, project: str, names: Collection[str]) -> Mapping[str, Skill]:
        """The skills of those of whom something is known."""
        rows = run(
            self._session,
            select(col(ReviewerRow.reviewer), col(ReviewerRow.skill)).where(
                *_among(project, names),
            ),
        )
        return {row.reviewer: Skill.from_json(row.skill) for row in rows}

    def lock(self, project: str, names: AbstractSet[str]) -> Sequence[Reviewer]:
        """Reviewers as they are now, by name; nobody else changes them meanwhile.

        Inserting goes by name as well: a row that another transaction has just inserted is waited
        for, and only in this order.
        """
        fresh = [_row(Reviewer(project, name)) for name in sorted(names)]
        insert_new(self._session, ReviewerRow, fresh)
        bytewise = "C" if self._session.connection().dialect.name == "postgresql" else "BINARY"
        rows = run(
            self._session,
            select(*_COLUMNS)
            .where(*_among(project, names))
            .order_by(col(ReviewerRow.reviewer).collate(bytewise))
            .with_for_update(),
        )
        return [_reviewer(row) for row in rows]

    def put(self, reviewer: Reviewer) -> None:
        """Keep what is known of a reviewer who was locked."""
        run(
            self._session,
            update(ReviewerRow)
            .where(*_among(reviewer.project, [reviewer.name]))
            .values(_row(reviewer)),
        )

    def paused(self) -> Mapping[str, int]:
        """How many are paused, by project; those without are left out."""
        rows = run(
            self._session,
            select(col(ReviewerRow.project), func.count().label("times"))
            .where(col(ReviewerRow.state) == State.PAUSED.value)
            .group_by(col(ReviewerRow.project)),
        )
        return {row.project: row.times for row in rows}


def _among(project: str, names: Collection[str]) -> tuple[Any, Any]:
    return col(ReviewerRow.project) == project, col(ReviewerRow.reviewer).in_(sorted(names))


def _row(reviewer: Reviewer) -> dict[str, object]:
    arms = reviewer.arms
    return {
        "project": reviewer.project,
        "reviewer": reviewer.name,
        "skill": reviewer.skill.to_json(),
        "evidence_right": reviewer.evidence.right,
        "evidence_answered": reviewer.evidence.answered,
        "shown": arms.shown,
        "shown_agreed": arms.shown_agreed,
        "hidden": arms.hidden,
        "hidden_agreed": arms.hidden_agreed,
        "dealt": reviewer.dealt,
        "state": reviewer.state.value,
        "since": reviewer.since,
        "by": reviewer.by,
        "reason": reviewer.reason,
    }


def _reviewer(row: Any) -> Reviewer:  # noqa: ANN401 - a row of any shape
    return Reviewer(
        project=row.project,
        name=row.reviewer,
        skill=Skill.from_json(row.skill),
        evidence=Tally(row.evidence_right, row.evidence_answered),
        arms=Arms(row.shown, row.shown_agreed, row.hidden, row.hidden_agreed),
        dealt=row.dealt,
        state=State(row.state),
        since=row.since,
        by=row.by,
        reason=row.reason,
    )
