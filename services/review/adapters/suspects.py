"""Suspected label errors in SQL."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import delete, func, select, update
from sqlalchemy import insert as insert_into
from sqlmodel import Session, col

from services.review.domain.queue import Stage
from services.review.domain.suspects import Contradiction, SecondLooks, Suspect, Trust
from services.review.tables import ItemRow, SuspectRow, TrustRow
from shared.database import run

_SUSPECT = tuple(SuspectRow.__table__.c)  # type: ignore[attr-defined]


class SqlSuspects:
    """Implements `ports.Suspects`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def of_events(self, project: str, event_ids: Collection[str]) -> Mapping[str, Suspect]:
        """Those of these events that are suspects."""
        which = (col(SuspectRow.project) == project, col(SuspectRow.event_id).in_(event_ids))
        rows = run(self._session, select(*_SUSPECT).where(*which))
        return {row.event_id: _suspect(row) for row in rows}

    def put(self, suspect: Suspect) -> None:
        """Keep a suspect as it is now."""
        found = suspect.contradiction
        values = {
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
        changed = update(SuspectRow).where(*_event(**named)).values(values)
        if not run(self._session, changed).rowcount:
            run(self._session, insert_into(SuspectRow).values(named | values))

    def drop(self, project: str, event_id: str) -> None:
        """Forget one."""
        run(self._session, delete(SuspectRow).where(*_event(project, event_id)))

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
        columns = (col(TrustRow.label), col(TrustRow.answers), col(TrustRow.total))
        rows = run(self._session, select(*columns).where(col(TrustRow.project) == project))
        return {row.label: Trust(row.answers, row.total) for row in rows}

    def put_trust(self, project: str, label: str, trust: Trust) -> None:
        """Keep it for one label."""
        which = (col(TrustRow.project) == project, col(TrustRow.label) == label)
        values = {"answers": trust.answers, "total": trust.total}
        if not run(self._session, update(TrustRow).where(*which).values(values)).rowcount:
            named = {"project": project, "label": label}
            run(self._session, insert_into(TrustRow).values(named | values))


def _event(project: str, event_id: str) -> tuple[Any, Any]:
    return col(SuspectRow.project) == project, col(SuspectRow.event_id) == event_id


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
