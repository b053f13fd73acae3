"""Model versions in SQL."""

from collections.abc import Sequence

from sqlmodel import Session, col, select

from services.review.domain.versions import Decided, State, Version
from services.review.tables import ModelRow
from shared.events import ModelChanged


class SqlModels:
    """Implements `ports.Models`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def get(self, project: str, number: int) -> Version | None:
        """One version."""
        row = self._session.get(ModelRow, (project, number))
        return _version(row) if row else None

    def champion(self, project: str) -> Version | None:
        """The version that serves."""
        return next(iter(self.page(project, 1, state=State.CHAMPION)), None)

    def page(
        self, project: str, limit: int, before: int | None = None, state: State | None = None
    ) -> Sequence[Version]:
        """Versions below a number, the highest first."""
        statement = select(ModelRow).where(ModelRow.project == project)
        if state is not None:
            statement = statement.where(ModelRow.state == state.value)
        if before is not None:
            statement = statement.where(col(ModelRow.version) < before)
        ordered = statement.order_by(col(ModelRow.version).desc()).limit(limit)
        return [_version(row) for row in self._session.exec(ordered)]

    def put(self, project: str, version: Version) -> None:
        """Keep a version as it is now."""
        decided = version.decided
        self._session.merge(
            ModelRow(
                project=project,
                version=version.number,
                state=version.state.value,
                told=version.told.model_dump_json(),
                at=version.at,
                verdict=decided.verdict if decided else None,
                decided_by=decided.actor if decided else None,
                decided_reason=decided.reason if decided else None,
                decided_at=decided.at if decided else None,
                decisions=version.decisions,
            )
        )
        self._session.flush()


def _version(row: ModelRow) -> Version:
    decided = None
    if row.verdict and row.decided_at:
        reason = row.decided_reason or ""
        decided = Decided(row.verdict, row.decided_by or "", reason, row.decided_at)
    return Version(
        row.version,
        State(row.state),
        ModelChanged.model_validate_json(row.told),
        row.at,
        decided,
        row.decisions,
    )
