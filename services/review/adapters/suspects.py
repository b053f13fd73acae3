"""Suspected label errors in SQL."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import bindparam, delete, func, select
from sqlmodel import Session, col

from services.review.domain.queue import Stage
from services.review.domain.suspects import Contradiction, SecondLooks, Suspect, Trust
from services.review.tables import ItemRow, SuspectRow, TrustRow
from shared.database import Prepared, put_many, run

_SUSPECT = tuple(SuspectRow.__table__.c)  # type: ignore[attr-defined]
_OURS = col(SuspectRow.project) == bindparam("of_project")
_OF_EVENTS = select(*_SUSPECT).where(
    _OURS, col(SuspectRow.event_id).in_(bindparam("of_events", expanding=True))
)
_DROP = Prepared(delete(SuspectRow).where(_OURS, col(SuspectRow.event_id) == bindparam("of_event")))
_TRUST = Prepared(
    select(col(TrustRow.label), col(TrustRow.answers), col(TrustRow.total)).where(
        col(TrustRow.project) == bindparam("of_project")
    )
)


class SqlSuspects:
    """Implements `ports.Suspects`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def of_events(self, project: str, event_ids: Collection[str]) -> Mapping[str, Suspect]:
        """Those of these events that are suspects."""
        rows = run(self._session, _OF_EVENTS, of_project=project, of_events=list(event_ids))
        return {row.event_id: _suspect(row) for row in rows}

    def put(self, suspect: Suspect) -> None:
        """Keep a suspect as it is now."""
        found = suspect.contradiction
        values: dict[str, object] = {
            "label": suspect.label,
            "likelier": found.likelier,
            "believed": found.believed,
            "given": found.given,
            "score": found.score,
            "settled_at": suspect.settled_at,
            "sent_at": suspect.sent_at,
            "changed": suspect.changed,
        }
        named = {"project": suspect.project, "event_id": suspect.event_id}
        put_many(self._session, SuspectRow, [named | values])

    def drop(self, project: str, event_id: str) -> None:
        """Forget one."""
        _DROP.on(self._session, of_project=project, of_event=event_id)

    def worst(self, project: str, limit: int) -> Sequence[Suspect]:
        """Those that nobody has looked at again, the most suspect first."""
        rows = run(
            self._session,
            select(*_SUSPECT)
            .where(col(SuspectRow.project) == project, col(SuspectRow.sent_at).is_(None))
            .order_by(col(SuspectRow.score).desc(), col(SuspectRow.event_id))
            .limit(limit),
        )
        return [_suspect(row) for row in rows]

    def counts(self, project: str) -> SecondLooks:
        """What came of second looks."""
        suspects, sent = col(SuspectRow.project) == project, col(SuspectRow.sent_at)
        waits = (
            col(ItemRow.project) == project,
            col(ItemRow.stage) == Stage.DOUBTED.value,
            col(ItemRow.settled).is_(False),
        )
        found = run(
            self._session,
            select(
                func.count().filter(sent.is_(None)).label("open"),
                func.count().filter(sent.is_not(None)).label("sent"),
                func.count().filter(col(SuspectRow.changed).is_(True)).label("changed"),
            ).where(suspects),
        ).one()
        waiting = run(self._session, select(func.count()).select_from(ItemRow).where(*waits))
        return SecondLooks(found.open, found.sent, waiting.scalar_one(), found.changed)

    def trust(self, project: str) -> Mapping[str, Trust]:
        """What the model gives each label where people say so too."""
        rows = _TRUST.on(self._session, of_project=project)
        return {row.label: Trust(row.answers, row.total) for row in rows}

    def put_trust(self, project: str, label: str, trust: Trust) -> None:
        """Keep it for one label."""
        row = {
            "project": project,
            "label": label,
            "answers": trust.answers,
            "total": trust.total,
        }
        put_many(self._session, TrustRow, [row])


def _suspect(row: Any) -> Suspect:  # noqa: ANN401 - a row of any shape
    return Suspect(
        row.project,
        row.event_id,
        row.label,
        Contradiction(row.likelier, row.believed, row.given),
        row.settled_at,
        row.sent_at,
        row.changed,
    )
