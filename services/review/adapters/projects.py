"""Project files in SQL."""

from collections.abc import Collection, Sequence
from functools import lru_cache

from sqlalchemy import bindparam
from sqlmodel import Session, col, select

from services.review.ports import ProjectState
from services.review.tables import ProjectRow
from shared.database import Prepared, run
from shared.project import Project

_ALL = select(ProjectRow.configuration, ProjectRow.policy_version, ProjectRow.stopped).order_by(
    col(ProjectRow.name)
)
_LOCK = _ALL.where(
    col(ProjectRow.name).in_(bindparam("of_names", expanding=True))
).with_for_update()
_EACH = Prepared(_ALL)
_ONE = Prepared(_ALL.where(ProjectRow.name == bindparam("of_name")))
_LOCK_ONE = Prepared(_ALL.where(ProjectRow.name == bindparam("of_name")).with_for_update())


class SqlProjects:
    """Implements `ports.Projects`."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._got: dict[str, ProjectState | None] = {}

    def get(self, name: str) -> ProjectState | None:
        """One project; asked for again within a transaction, it is the same."""
        if name not in self._got:
            row = _ONE.on(self._session, of_name=name).first()
            self._got[name] = _state(*row) if row else None
        return self._got[name]

    def all(self) -> Sequence[ProjectState]:
        """All projects, by name."""
        return [_state(*row) for row in _EACH.on(self._session)]

    def lock(self, names: Collection[str]) -> Sequence[ProjectState]:
        """Those of these projects that there are, by name.

        On SQLite, who writes is alone anyway.
        """
        if len(names) == 1:
            found = _LOCK_ONE.on(self._session, of_name=next(iter(names)))
            return [_state(*row) for row in found]
        locked = run(self._session, _LOCK, of_names=list(names))
        return [_state(row.configuration, row.policy_version, row.stopped) for row in locked]

    def put(self, state: ProjectState) -> None:
        """Replace or add a project."""
        self._got.pop(state.configuration.name, None)
        self._session.merge(
            ProjectRow(
                name=state.configuration.name,
                configuration=state.configuration.model_dump_json(),
                policy_version=state.policy_version,
                stopped=state.stopped,
            )
        )
        self._session.flush()  # the statements above see what is in the database


def _state(configuration: str, policy_version: int, stopped: bool) -> ProjectState:
    return ProjectState(_parsed(configuration), policy_version, stopped)


@lru_cache(maxsize=100)
def _parsed(configuration: str) -> Project:
    """Each claim and each decision asks for its project, and a file changes once a month."""
    return Project.model_validate_json(configuration)
