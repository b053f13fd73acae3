"""Model versions in SQL."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Integer, bindparam, select
from sqlmodel import Session, col

from services.review.domain.versions import Decided, State, Version
from services.review.tables import ModelRow
from shared.database import Prepared, put_many
from shared.events import ModelChanged

_END = 2**31 - 1
_OURS = select(*ModelRow.__table__.c).where(  # type: ignore[attr-defined]
    col(ModelRow.project) == bindparam("of_project")
)
_ONE = Prepared(_OURS.where(col(ModelRow.version) == bindparam("of_number")))
_BELOW = (
    _OURS.where(col(ModelRow.version) < bindparam("below"))
    .order_by(col(ModelRow.version).desc())
    .limit(bindparam("most", type_=Integer()))
)
_ALL = Prepared(_BELOW)
_IN_STATE = Prepared(_BELOW.where(col(ModelRow.state) == bindparam("of_state")))


class SqlModels:
    """Implements `ports.Models`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def get(self, project: str, number: int) -> Version | None:
        """One version."""
        row = _ONE.on(self._session, of_project=project, of_number=number).first()
        return _version(row) if row else None

    def champion(self, project: str) -> Version | None:
        """The version that serves."""
        return next(iter(self.page(project, 1, state=State.CHAMPION)), None)

    def page(
        self, project: str, limit: int, before: int | None = None, state: State | None = None
    ) -> Sequence[Version]:
        """Versions below a number, the highest first."""
        asked = {"of_project": project, "below": _END if before is None else before, "most": limit}
        if state is None:
            rows = _ALL.on(self._session, **asked)
        else:
            rows = _IN_STATE.on(self._session, **asked, of_state=state.value)
        return [_version(row) for row in rows]

    def put(self, project: str, version: Version) -> None:
        """Keep a version as it is now."""
        decided = version.decided
        row = {
            "project": project,
            "version": version.number,
            "state": version.state.value,
            "told": version.told.model_dump_json(),
            "at": version.at,
            "verdict": decided.verdict if decided else None,
            "decided_by": decided.actor if decided else None,
            "decided_reason": decided.reason if decided else None,
            "decided_at": decided.at if decided else None,
            "decisions": version.decisions,
        }
        put_many(self._session, ModelRow, [row])


def _version(row: Any) -> Version:  # noqa: ANN401 - a row of any shape
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
