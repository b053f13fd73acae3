"""Which checkpoints there are, in SQL."""

from collections.abc import Sequence

from sqlmodel import Session, col, delete, select

from services.retrainer.ports import Checkpoint
from services.retrainer.tables import CheckpointRow


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

    def forget(self, project: str) -> None:
        """Forget a project's checkpoints; their files are deleted by who learns."""
        statement = delete(CheckpointRow).where(col(CheckpointRow.project) == project)
        self._session.connection().execute(statement)
