"""Project files in SQL."""

from collections.abc import Sequence

from sqlmodel import Session, col, select

from services.review.ports import ProjectState
from services.review.tables import ProjectRow
from shared.project import Project


class SqlProjects:
    """Implements `ports.Projects`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def get(self, name: str) -> ProjectState | None:
        """One project."""
        row = self._session.get(ProjectRow, name)
        return _state(row) if row else None

    def all(self) -> Sequence[ProjectState]:
        """All projects, by name."""
        rows = self._session.exec(select(ProjectRow).order_by(col(ProjectRow.name)))
        return [_state(row) for row in rows]

    def put(self, state: ProjectState) -> None:
        """Replace or add a project."""
        self._session.merge(
            ProjectRow(
                name=state.configuration.name,
                configuration=state.configuration.model_dump_json(),
                policy_version=state.policy_version,
                stopped=state.stopped,
            )
        )


def _state(row: ProjectRow) -> ProjectState:
    return ProjectState(
        Project.model_validate_json(row.configuration), row.policy_version, row.stopped
    )
