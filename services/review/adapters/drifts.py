"""Monitors and alarms in SQL."""

from collections.abc import Mapping, Sequence

from sqlalchemy import insert as insert_into
from sqlalchemy import select, update
from sqlmodel import Session, col

from services.review.domain.drift import Monitor, decode, encode
from services.review.domain.drifting import Alarm, Kind, Watched
from services.review.tables import DriftAlarmRow, MonitorRow
from shared.database import insert_many, run


class SqlDrifts:
    """Implements `ports.Drifts`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def monitors(self, project: str) -> Mapping[Watched, Monitor]:
        """All monitors of a project."""
        rows = run(
            self._session,
            select(col(MonitorRow.kind), col(MonitorRow.subject), col(MonitorRow.state)).where(
                col(MonitorRow.project) == project
            ),
        )
        return {Watched(Kind(row.kind), row.subject): decode(row.state) for row in rows}

    def keep(self, project: str, monitors: Mapping[Watched, Monitor]) -> None:
        """Keep monitors as they are now."""
        for watched, monitor in monitors.items():
            which = (
                col(MonitorRow.project) == project,
                col(MonitorRow.kind) == watched.kind.value,
                col(MonitorRow.subject) == watched.subject,
            )
            state = {"state": encode(monitor)}
            if not run(self._session, update(MonitorRow).where(*which).values(state)).rowcount:
                row = {"project": project, "kind": watched.kind.value, "subject": watched.subject}
                run(self._session, insert_into(MonitorRow).values(row | state))

    def raise_alarms(self, project: str, alarms: Sequence[Alarm]) -> None:
        """Keep alarms."""
        rows = [
            {
                "project": project,
                "kind": alarm.watched.kind.value,
                "subject": alarm.watched.subject,
                "words": alarm.words,
                "at": alarm.at,
            }
            for alarm in alarms
        ]
        insert_many(self._session, DriftAlarmRow, rows)

    def alarms(self, project: str, limit: int) -> Sequence[Alarm]:
        """The newest alarms, newest first."""
        rows = run(
            self._session,
            select(*DriftAlarmRow.__table__.c)  # type: ignore[attr-defined]
            .where(col(DriftAlarmRow.project) == project)
            .order_by(col(DriftAlarmRow.id).desc())
            .limit(limit),
        )
        return [Alarm(Watched(Kind(row.kind), row.subject), row.words, row.at) for row in rows]
