"""Model versions and their steps in SQL."""

import json
from collections.abc import Sequence

from sqlalchemy import BindParameter, String, and_, bindparam, update
from sqlmodel import Session, col, select

from services.retrainer.domain.ledger import Kind
from services.retrainer.domain.refits import Entered
from services.retrainer.domain.steps import IN_FORCE, NewStep, Step
from services.retrainer.domain.versions import Version
from services.retrainer.tables import LedgerRow, StepRow, VersionRow
from shared.events import Comparison, EventType, Shadow

_Found = tuple[StepRow, VersionRow]

_IN_FORCE = [kind.value for kind in IN_FORCE]
_PROJECT: BindParameter[str] = bindparam("project", type_=String())
_KINDS: BindParameter[Sequence[str]] = bindparam("kinds", expanding=True)
_SAME_VERSION = and_(
    col(StepRow.project) == col(VersionRow.project),
    col(StepRow.version) == col(VersionRow.version),
)
# Statements that are asked for every version are made once: making takes longer than running them.
_NEWEST = (
    select(VersionRow)
    .where(VersionRow.project == _PROJECT)
    .order_by(col(VersionRow.version).desc())
    .limit(1)
)
_LAST = (
    select(StepRow, VersionRow)
    .join(VersionRow, _SAME_VERSION)
    .where(StepRow.project == _PROJECT, col(StepRow.kind).in_(_KINDS))
    .order_by(col(StepRow.place).desc())
    .limit(1)
)
_LAST_CANDIDATE = (
    select(StepRow.version)
    .where(StepRow.project == _PROJECT, StepRow.kind == EventType.MODEL_CANDIDATE.value)
    .order_by(col(StepRow.place).desc())
    .limit(1)
)
_UNANNOUNCED = (
    select(StepRow, VersionRow)
    .join(VersionRow, _SAME_VERSION)
    .where(col(StepRow.announced).is_(False))
    .order_by(col(StepRow.place))
)


class SqlVersions:
    """Implements `ports.Versions`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, version: Version) -> None:
        """Record a version; its number can be taken only once."""
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
                fit=version.fit.model_dump_json() if version.fit else None,
                at=version.at,
            )
        )

    def take(self, step: NewStep) -> None:
        """Record a step that is not announced yet."""
        self._session.add(
            StepRow(
                project=step.project,
                version=step.number,
                kind=step.kind.value,
                reason=step.reason,
                actor=step.actor,
                comparison=json.dumps([part.model_dump() for part in step.comparison]),
                shadow=json.dumps([said.model_dump() for said in step.shadow]),
                announced=False,
                at=step.at,
            )
        )
        self._session.flush()

    def get(self, project: str, number: int) -> Version | None:
        """One version."""
        row = self._session.get(VersionRow, (project, number))
        return _version(row) if row else None

    def newest(self, project: str) -> Version | None:
        """The newest version, whatever became of it."""
        row = self._session.exec(_NEWEST, params={"project": project}).first()
        return _version(row) if row else None

    def in_force(self, project: str, *, rollbacks: bool = True) -> Step | None:
        """The step by which the version came that serves now; or would but for rollbacks."""
        return self._last(project, _IN_FORCE if rollbacks else [EventType.MODEL_PROMOTED.value])

    def candidate(self, project: str) -> Step | None:
        """The newest candidate, if it still is one: not decided, and not taken over."""
        if self.open_candidate(project) is None:
            return None
        return self._last(project, [EventType.MODEL_CANDIDATE.value])

    def open_candidate(self, project: str) -> int | None:
        """The number of that candidate: cheaper than the whole of it."""
        number = self._session.exec(_LAST_CANDIDATE, params={"project": project}).first()
        return number if number is not None and self.is_open(project, number) else None

    def is_open(self, project: str, number: int) -> bool:
        """Whether a version is a candidate that is neither decided nor taken over.

        It is taken over when the ledger says that its fit is heard.
        """
        kinds = self._session.exec(
            select(StepRow.kind).where(StepRow.project == project, StepRow.version == number)
        ).all()
        if set(kinds) != {EventType.MODEL_CANDIDATE.value}:
            return False
        version = self.get(project, number)
        if version is None or version.fit is None:
            return version is not None
        heard = select(LedgerRow.position).where(
            LedgerRow.kind == Kind.REFIT.value,
            LedgerRow.project == project,
            LedgerRow.identity == version.fit.identity,
        )
        return self._session.exec(heard).first() is None

    def unannounced(self) -> Sequence[Step]:
        """Steps that may not have been announced, in order."""
        return [_step(found) for found in self._session.exec(_UNANNOUNCED)]

    def mark_announced(self, steps: Sequence[Step]) -> None:
        """These have been announced."""
        places = [step.place for step in steps]
        statement = update(StepRow).where(col(StepRow.place).in_(places)).values(announced=True)
        self._session.connection().execute(statement)

    def _last(self, project: str, kinds: Sequence[str]) -> Step | None:
        asked = {"project": project, "kinds": list(kinds)}
        found = self._session.exec(_LAST, params=asked).first()
        return _step(found) if found else None


def _step(found: _Found) -> Step:
    row, version = found
    assert row.place is not None  # noqa: S101 - it was read from the table
    return Step(
        place=row.place,
        version=_version(version),
        kind=EventType(row.kind),
        reason=row.reason,
        actor=row.actor,
        at=row.at,
        comparison=[Comparison.model_validate(part) for part in json.loads(row.comparison)],
        shadow=[Shadow.model_validate(said) for said in json.loads(row.shadow)],
    )


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
        at=row.at,
        fit=Entered.model_validate_json(row.fit) if row.fit else None,
    )
