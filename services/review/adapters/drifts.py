"""Monitors and alarms in SQL."""

from collections.abc import Mapping, Sequence

from sqlalchemy import bindparam, select
from sqlmodel import Session, col

from services.review.domain.drift import Monitor, decode, encode
from services.review.domain.drifting import Alarm, Kind, Watched
from services.review.tables import DriftAlarmRow, MonitorRow
from shared.database import Prepared, insert_many, put_many, run

_MONITORS = Prepared(
    select(col(MonitorRow.kind), col(MonitorRow.subject), col(MonitorRow.state)).where(
        col(MonitorRow.project) == bindparam("of_project")
    )
)


class SqlDrifts:
    """Implements `ports.Drifts`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def monitors(self, project: str) -> Mapping[Watched, Monitor]:
        """All monitors of a project."""
        rows = _MONITORS.on(self._session, of_project=project)
        return {Watched(Kind(row.kind), row.subject): decode(row.state) for row in rows}

    def keep(self, project: str, monitors: Mapping[Watched, Monitor]) -> None:
        """Keep monitors as they are now."""
        rows = [
            {
                "project": project,
                "kind": watched.kind.value,
                "subject": watched.subject,
                "state": encode(monitor),
            }
            for watched, monitor in monitors.items()
        ]
        put_many(self._session, MonitorRow, rows)

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
