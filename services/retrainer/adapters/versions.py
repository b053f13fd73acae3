"""Model versions and checkpoints in SQL."""

import json
from collections.abc import Sequence

from sqlalchemy import update
from sqlmodel import Session, col, delete, select

from services.retrainer.domain.versions import Version
from services.retrainer.ports import Checkpoint
from services.retrainer.tables import CheckpointRow, VersionRow


class SqlVersions:
    """Implements `ports.Versions`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, version: Version) -> None:
        """Record a version that is not announced yet; its number can be taken only once."""
        self._session.add(
            VersionRow(
                project=version.project,
                version=version.number,
                sha256=version.sha256,
                uri=version.uri,
                parent=version.parent,
                position=version.position,
                learned_up_to=version.learned_up_to,
                metrics=json.dumps(version.metrics),
                reason=version.reason,
                rejected=version.rejected,
                announced=False,
                at=version.at,
            )
        )

    def get(self, project: str, number: int) -> Version | None:
        """One version."""
        row = self._session.get(VersionRow, (project, number))
        return _version(row) if row else None

    def newest(self, project: str, *, promoted: bool = False) -> Version | None:
        """The newest version, or the newest that was promoted."""
        statement = (
            select(VersionRow)
            .where(VersionRow.project == project)
            .order_by(col(VersionRow.version).desc())
            .limit(1)
        )
        if promoted:
            statement = statement.where(col(VersionRow.rejected).is_(False))
        row = self._session.exec(statement).first()
        return _version(row) if row else None

    def unannounced(self) -> Sequence[Version]:
        """Versions that may not have been announced, in order."""
        statement = (
            select(VersionRow)
            .where(col(VersionRow.announced).is_(False))
            .order_by(VersionRow.project, col(VersionRow.version))
        )
        return [_version(row) for row in self._session.exec(statement)]

    def mark_announced(self, versions: Sequence[Version]) -> None:
        """These have been announced."""
        for version in versions:
            statement = (
                update(VersionRow)
                .where(
                    col(VersionRow.project) == version.project,
                    col(VersionRow.version) == version.number,
                )
                .values(announced=True)
            )
            self._session.connection().execute(statement)


class SqlCheckpoints:
    """Implements `ports.Checkpoints`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def newest_first(self, project: str) -> Sequence[Checkpoint]:
        """A project's checkpoints."""
        statement = (
            select(CheckpointRow)
            .where(CheckpointRow.project == project)
            .order_by(col(CheckpointRow.position).desc())
        )
        rows = self._session.exec(statement)
        return [Checkpoint(row.position, row.sha256, row.file) for row in rows]

    def add(self, project: str, checkpoint: Checkpoint, keep: int) -> None:
        """Remember a checkpoint, and only the newest `keep`."""
        row = CheckpointRow(
            project=project,
            position=checkpoint.position,
            sha256=checkpoint.sha256,
            file=checkpoint.file,
        )
        self._session.merge(row)
        self._session.flush()
        for old in self.newest_first(project)[keep:]:
            statement = delete(CheckpointRow).where(
                col(CheckpointRow.project) == project, col(CheckpointRow.position) == old.position
            )
            self._session.connection().execute(statement)


def _version(row: VersionRow) -> Version:
    return Version(
        project=row.project,
        number=row.version,
        sha256=row.sha256,
        uri=row.uri,
        parent=row.parent,
        position=row.position,
        learned_up_to=row.learned_up_to,
        metrics=json.loads(row.metrics),
        reason=row.reason,
        rejected=row.rejected,
        at=row.at,
    )
