"""What became of events, counted in SQL."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, and_, case, func, select
from sqlmodel import Session, col

from services.review.adapters.ledger import is_kind
from services.review.domain import facts
from services.review.domain.contribution import Effort, Impact, Outcome
from services.review.domain.gold import gold_queue
from services.review.domain.ledger import Kind
from services.review.domain.votes import VoteState
from services.review.tables import ItemRow, LedgerRow, VoteRow
from shared.database import run
from shared.events import DecidedBy, RouteReason

_ANSWERED = and_(col(ItemRow.settled).is_(True), col(ItemRow.label).is_not(None))
_CHANGED = and_(_ANSWERED, col(ItemRow.label) != col(ItemRow.predicted))


class SqlOutcomes:
    """Implements `ports.Outcomes`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def by_reason(self, project: str) -> Mapping[RouteReason, Outcome]:
        """Events that went to people, by the reason why."""
        statement = (
            select(
                col(ItemRow.reason),
                _count(~col(ItemRow.settled)).label("waiting"),
                _count(_ANSWERED).label("answered"),
                _count(_CHANGED).label("changed"),
            )
            .where(*_of(project))
            .group_by(col(ItemRow.reason))
        )
        return {
            RouteReason(row.reason): Outcome(row.waiting, row.answered, row.changed)
            for row in run(self._session, statement)
        }

    def settled(self, project: str, after: int, until: int) -> Outcome:
        """Events with a model that were first settled after a place, up to another."""
        same = (
            col(ItemRow.project) == col(LedgerRow.project),
            col(ItemRow.event_id) == col(LedgerRow.subject),
        )
        place = col(LedgerRow.sequence)
        statement = (
            select(_count(_ANSWERED), _count(_CHANGED))
            .select_from(LedgerRow)
            .join(ItemRow, and_(*same))
            .where(
                col(LedgerRow.project) == project,
                is_kind(Kind.CORRECTED),
                place > after,
                place <= until,
                col(LedgerRow.detail).not_like(f"%.{facts.Verdict.AMENDED.value}"),
                col(ItemRow.reason) != RouteReason.NO_MODEL.value,
            )
        )
        return Outcome(0, *run(self._session, statement).one())

    def changed(self, project: str, reason: RouteReason, limit: int) -> Sequence[str]:
        """The ids of the newest events of a reason to which people gave another label."""
        statement = (
            select(col(ItemRow.event_id))
            .where(*_of(project), col(ItemRow.reason) == reason.value, _CHANGED)
            .order_by(col(ItemRow.id).desc())
            .limit(limit)
        )
        return list(run(self._session, statement).scalars())

    def effort(self, project: str) -> Effort:
        """People's answers that count."""
        spent = col(VoteRow.seconds_spent)
        statement = (
            select(
                func.count(),
                func.count(spent),
                func.coalesce(func.sum(spent), 0.0),
                func.coalesce(func.sum(spent * spent), 0.0),
            )
            .join(ItemRow, col(ItemRow.id) == col(VoteRow.item_id))
            .where(*_of(project), col(VoteRow.state) == VoteState.COUNTED.value)
        )
        return Effort(*run(self._session, statement).one())

    def impact(self, project: str, reviewer: str, before: datetime) -> Impact:
        """What a person's answers before a moment came to."""
        stood = col(VoteRow.label) == col(ItemRow.label)
        by_model = col(ItemRow.reason) != RouteReason.NO_MODEL.value
        statement = (
            select(func.count(), _count(stood), _count(and_(stood, by_model, _CHANGED)))
            .select_from(VoteRow)
            .join(ItemRow, col(ItemRow.id) == col(VoteRow.item_id))
            .where(*_answers_of(project, reviewer, before))
        )
        return Impact(*run(self._session, statement).one())

    def held(
        self, project: str, reviewer: str, before: datetime, limit: int
    ) -> Sequence[tuple[datetime, bool]]:
        """When a person answered, and whether that is the decision; the newest first."""
        statement = (
            select(col(VoteRow.at), (col(VoteRow.label) == col(ItemRow.label)).label("stood"))
            .join(ItemRow, col(ItemRow.id) == col(VoteRow.item_id))
            .where(*_answers_of(project, reviewer, before))
            .order_by(col(VoteRow.at).desc(), col(VoteRow.id).desc())
            .limit(limit)
        )
        return [(row.at, bool(row.stood)) for row in run(self._session, statement)]

    def waits(self, project: str, limit: int) -> Sequence[float]:
        """Seconds from an event's arrival to people's first decision, of the newest such."""
        statement = (
            select(col(ItemRow.received_at), col(LedgerRow.at))
            .join(
                ItemRow,
                and_(
                    col(ItemRow.project) == col(LedgerRow.project),
                    col(ItemRow.event_id) == col(LedgerRow.subject),
                ),
            )
            .where(
                col(LedgerRow.project) == project,
                col(LedgerRow.kind) == Kind.DECIDED.value,
                col(LedgerRow.detail) == DecidedBy.REVIEWERS.value,
                col(LedgerRow.revision) == 1,
            )
            .order_by(col(LedgerRow.sequence).desc())
            .limit(limit)
        )
        rows = run(self._session, statement)
        return [(row.at - row.received_at).total_seconds() for row in rows]


def _of(project: str) -> tuple[ColumnElement[bool], ...]:
    return col(ItemRow.project) == project, col(ItemRow.queue) != gold_queue(project)


def _answers_of(project: str, reviewer: str, before: datetime) -> tuple[ColumnElement[bool], ...]:
    """A person's answers before a moment that count, on events that were decided."""
    return (
        *_of(project),
        _ANSWERED,
        col(VoteRow.reviewer) == reviewer,
        col(VoteRow.state) == VoteState.COUNTED.value,
        col(VoteRow.at) < before,
    )


def _count(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.coalesce(func.sum(case((condition, 1), else_=0)), 0)
