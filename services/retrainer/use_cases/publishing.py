"""Publishing: a version is written and recorded with its first step; then it is announced."""

from dataclasses import dataclass, replace

import structlog

from services.retrainer.domain import versions
from services.retrainer.domain.ledger import Span
from services.retrainer.domain.refits import Entered
from services.retrainer.domain.steps import SOURCE, NewStep, Step
from services.retrainer.domain.versions import Version
from services.retrainer.metrics import Metrics
from services.retrainer.ports import Candidate, Outcome, Store, Transaction
from services.retrainer.use_cases.courses import Course
from services.retrainer.use_cases.witnesses import Witness
from shared.clock import Clock
from shared.events import EventType
from shared.project import Promotion

log = structlog.get_logger()

YOUNG = 512
"""Until it has learned so many examples a model is rebuilt now and then, and fits are not tried."""
OFFER_EVERY = 200
"""Corrections between two candidates that wait for a person."""


@dataclass(frozen=True, slots=True)
class _Ground:
    """On what a version stands.

    Attributes:
        in_force: how the version came that serves now.
        newest: the newest version, whatever became of it.
        fresh: the corrections since the version in force.
        recorded: how many corrections were recorded in all.
        unoffered: how many corrections no candidate has, that waits for a person.
        waits: whether nothing serves before a person has approved it: always, or since somebody
            went back to an older version.
    """

    in_force: Step | None
    newest: Version | None
    fresh: Span
    recorded: int
    unoffered: int
    waits: bool

    @property
    def parent(self) -> Version | None:
        """The version in force."""
        return self.in_force.version if self.in_force else None

    @property
    def number(self) -> int:
        """Of the next version."""
        return self.newest.number + 1 if self.newest else 1


class PublishVersion:
    """Make a version of what a course has learned, if that is anything new."""

    def __init__(self, store: Store, metrics: Metrics, clock: Clock) -> None:
        self._store = store
        self._metrics = metrics
        self._clock = clock

    def __call__(self, course: Course) -> Version | None:
        """The new version, recorded with its first step, which is not announced yet."""
        position = course.progress.position
        if position == course.considered:
            return None
        ground = self._ground(course)
        self._close_late(course, ground)
        version = None
        if ground.newest is None or position > ground.newest.position:
            version = self._consider(course, ground)
        course.considered = position
        return version

    def offer(self, course: Course, entered: Entered, outcome: Outcome) -> Version | None:
        """Make a candidate of what was learned, with a fit on trial in it.

        None: nobody has to be protected from it. The model is young, or no version serves, or
        every version waits for a person anyway.
        """
        ground = self._ground(course)
        young = course.progress.examples < YOUNG
        if young or ground.in_force is None or ground.waits:
            return None
        candidate = course.learner.candidate((entered.refit, outcome))
        if candidate is None or not candidate.is_finite:
            return None
        tried = entered.model_copy(update={"candidate": ground.number})
        version = replace(self._describe(course, candidate, ground), fit=tried)
        reason = f"{entered.challenger} was fitted anew, and is tried beside the version in force"
        step = self._step(version, EventType.MODEL_CANDIDATE, reason)
        return self._keep(candidate, version, step, ground)

    def _consider(self, course: Course, ground: _Ground) -> Version | None:
        if ground.waits and ground.newest and ground.unoffered < OFFER_EVERY:
            return None
        candidate = course.learner.candidate()
        known = [version.sha256 for version in (ground.parent, ground.newest) if version]
        if candidate is None or candidate.sha256 in known:
            return None
        version = self._describe(course, candidate, ground)
        objection = versions.objection(
            candidate.labels, course.project.labels, finite=candidate.is_finite
        )
        witness = Witness(candidate)
        if objection is None and not ground.waits:
            objection = _jump(course, witness)
        if objection is not None:
            step = self._step(version, EventType.MODEL_REJECTED, objection)
        elif not ground.waits:
            step = self._step(version, EventType.MODEL_PROMOTED, _reason(version, ground))
            course.champion, course.taken_over = witness, None
        else:
            step = self._step(version, EventType.MODEL_CANDIDATE, versions.reason(ground.fresh))
        return self._keep(candidate, version, step, ground)

    def _ground(self, course: Course) -> _Ground:
        name, position = course.project.name, course.progress.position
        with self._store.read() as transaction:
            in_force = transaction.versions.in_force(name)
            parent = in_force.version if in_force else None
            fresh = transaction.ledger.span(name, parent.position if parent else 0, position)
            recorded = _recorded(transaction, parent) + fresh.count
            newest = transaction.versions.newest(name)
            held = _is_held_by(transaction, name, in_force)
            waits = held or course.project.promotion is Promotion.MANUAL
            unoffered = _unoffered(transaction, name, position) if waits else 0
        return _Ground(in_force, newest, fresh, recorded, unoffered, waits)

    def _describe(self, course: Course, candidate: Candidate, ground: _Ground) -> Version:
        parent, fresh = ground.parent, ground.fresh
        number = parent.number if parent else None
        if course.taken_over is not None:
            position, taken_over = course.taken_over
            is_new = ground.newest is None or position > ground.newest.position
            number = taken_over if is_new else number
        return Version(
            project=course.project.name,
            number=ground.number,
            sha256=candidate.sha256,
            uri="",
            parent=number,
            position=course.progress.position,
            learned_up_to=max(parent.learned_up_to if parent else 0, fresh.sequence),
            metrics=versions.figures(course.progress, fresh, ground.recorded, candidate.voices),
            at=self._clock.now(),
        )

    def _step(self, version: Version, kind: EventType, reason: str) -> NewStep:
        return NewStep(version.project, version.number, kind, reason, SOURCE, version.at)

    def _keep(
        self, candidate: Candidate, version: Version, step: NewStep, ground: _Ground
    ) -> Version:
        name, rejected = version.project, step.kind is EventType.MODEL_REJECTED
        with self._metrics.publish_seconds.labels(name).time():
            if not rejected:
                version = replace(version, uri=candidate.publish(version))
            with self._store.write() as transaction:
                if _place(transaction.versions.in_force(name)) != _place(ground.in_force):
                    step = _held_back(step)
                transaction.versions.add(version)
                transaction.versions.take(step)
        if rejected:
            self._metrics.rejected.labels(name).inc()
            log.error("version_rejected", project=name, version=version.number, detail=step.reason)
        return version

    def _close_late(self, course: Course, ground: _Ground) -> None:
        """Say of candidates that their fits could no longer be heard."""
        reached = ground.newest.position if ground.newest else 0
        late = [number for position, number in course.too_late if position > reached]
        course.too_late.clear()
        if not late:
            return
        reason = "too much was learned since its fit; the next fit comes by itself"
        with self._store.write() as transaction:
            for number in late:
                step = NewStep(
                    course.project.name,
                    number,
                    EventType.MODEL_REJECTED,
                    reason,
                    SOURCE,
                    self._clock.now(),
                )
                transaction.versions.take(step)


def is_held(transaction: Transaction, project: str) -> bool:
    """Whether a person went back to an older version: then only people let another serve."""
    return _is_held_by(transaction, project, transaction.versions.in_force(project))


def _is_held_by(transaction: Transaction, project: str, in_force: Step | None) -> bool:
    if in_force is None or not in_force.is_rollback:
        return False
    newest = transaction.versions.in_force(project, rollbacks=False)
    return newest is not None and in_force.version.number < newest.version.number


def _unoffered(transaction: Transaction, project: str, position: int) -> int:
    """How many corrections the newest candidate does not have; without one, enough for one."""
    candidate = transaction.versions.candidate(project)
    if candidate is None:
        return OFFER_EVERY
    return transaction.ledger.span(project, candidate.version.position, position).count


def _held_back(step: NewStep) -> NewStep:
    """A person has decided what serves while the version was made: it waits."""
    if step.kind is not EventType.MODEL_PROMOTED:
        return step
    return replace(step, kind=EventType.MODEL_CANDIDATE)


def _place(step: Step | None) -> int:
    return step.place if step else 0


def _reason(version: Version, ground: _Ground) -> str:
    said = versions.reason(ground.fresh)
    taken_over = ground.parent is not None and version.parent != ground.parent.number
    return f"{said}; took over candidate {version.parent}" if taken_over else said


def _jump(course: Course, candidate: Witness) -> str | None:
    """Whether the version unlearned too much since the one that was promoted before."""
    if course.champion is None or len(course.recent) < versions.WINDOW:
        return None
    recent, examples = list(course.recent), course.progress.examples
    before = course.champion.says(recent, examples)
    after = candidate.says(recent, examples)
    return versions.jump([label for _, label in recent], before, after)


def _recorded(transaction: Transaction, parent: Version | None) -> int:
    """How many corrections were recorded up to a version."""
    if parent is None:
        return 0
    said = parent.metrics.get(versions.CORRECTIONS)
    if said is not None:
        return int(said)
    return transaction.ledger.span(parent.project, 0, parent.position).count
