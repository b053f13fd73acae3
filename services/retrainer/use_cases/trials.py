"""Trials: a candidate is asked what the version in force is asked, on answers new to both."""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog

from services.retrainer.domain.gate import PATIENCE, Trial, Tried, Verdict
from services.retrainer.domain.ledger import Entry, Kind
from services.retrainer.domain.refits import Entered
from services.retrainer.domain.steps import SOURCE, NewStep
from services.retrainer.errors import VersionLost
from services.retrainer.metrics import Metrics
from services.retrainer.ports import Contestant, Learners, Store, Transaction
from services.retrainer.use_cases.courses import Course
from services.retrainer.use_cases.entering import passed_over, write_once
from services.retrainer.use_cases.publishing import is_held
from services.retrainer.use_cases.shadows import shadow_of
from shared.clock import Clock
from shared.events import CorrectionMade, EventType, RouteReason, Shadow
from shared.project import Project, Promotion

log = structlog.get_logger()

_AT_ONCE = 100
_FIRST_TOLD = 25
_MOST = 2_000
"""Answers after which a trial tells nothing new."""


@dataclass(slots=True)
class _Running:
    """A trial, how far along the ledger it has come, and what was told of it.

    Attributes:
        next_look: before then it is left alone.
    """

    number: int
    reason: str
    fit: Entered | None
    champion: Contestant
    candidate: Contestant
    trial: Trial
    position: int
    next_look: datetime
    next_told: int = _FIRST_TOLD
    settled: bool = False
    seen: set[str] = field(default_factory=set)
    shadow: deque[Shadow] = field(default_factory=lambda: deque(maxlen=PATIENCE))


class Trials:
    """The newest candidate of each project beside its champion.

    A trial rests on nothing but two artifacts and the ledger behind them, so that a process that
    starts again goes on with the same.
    """

    def __init__(
        self, store: Store, learners: Learners, metrics: Metrics, clock: Clock, every: timedelta
    ) -> None:
        """Prepare; `every` is the least time between two looks at a trial."""
        self._every = every
        self._store = store
        self._learners = learners
        self._metrics = metrics
        self._clock = clock
        self._running: dict[str, _Running] = {}

    def is_running(self, project: str) -> bool:
        """Whether a fit is tried, and nothing is known of it yet."""
        running = self._running.get(project)
        return running is not None and running.fit is not None and not running.settled

    def __call__(self, course: Course) -> None:
        """Go on along the ledger, and conclude if that is possible."""
        name = course.project.name
        running, now = self._running.get(name), self._clock.now()
        if running is not None and now < running.next_look:
            return
        with self._store.read() as transaction:
            number = transaction.versions.open_candidate(name)
        self._metrics.candidates.labels(name).set(number is not None)
        if number is None:
            self._running.pop(name, None)
            return
        if running is None or running.number != number:
            running = self._begin(course)
        if running is None:
            return
        running.next_look = now + self._every
        if self._compare(course, running):
            self._conclude(course, running)

    def _begin(self, course: Course) -> _Running | None:
        """None: there is no champion, so there is nothing to compare with."""
        name = course.project.name
        self._running.pop(name, None)
        with self._store.read() as transaction:
            step = transaction.versions.candidate(name)
            parent = step.version.parent if step else None
            champion = transaction.versions.get(name, parent) if parent else None
        if step is None or champion is None:
            return None
        version = step.version
        try:
            both = self._learners.recall(champion), self._learners.recall(version)
        except VersionLost as error:
            log.warning("trial_impossible", project=name, version=version.number, why=str(error))
            return None
        trial = Trial(declared(course.project))
        told = (version.number, step.reason, version.fit)
        running = _Running(*told, *both, trial, version.position, self._clock.now())
        self._running[name] = running
        return running

    def _compare(self, course: Course, running: _Running) -> bool:
        """Whether there was anything new."""
        if running.trial.answers >= _MOST:
            return False
        with self._store.read() as transaction:
            entries = transaction.ledger.after(
                course.project.name, running.position, _AT_ONCE, course.progress.position
            )
        if not entries:
            return False
        running.position = entries[-1].position
        answered = _answered(entries, running.seen)
        rows = [correction.features for correction in answered]
        names = declared(course.project)
        if rows:
            said = zip(running.champion.answers(rows), running.candidate.answers(rows), strict=True)
            for correction, (champion, candidate) in zip(answered, said, strict=True):
                check = correction.route.reason is RouteReason.AUDIT
                weight = 1 / correction.route.inclusion_probability if check else None
                running.trial.take(
                    Tried(correction.label, champion, candidate, _slices(correction, names), weight)
                )
                running.shadow.append(shadow_of(correction, correction.label, candidate))
        return bool(rows)

    def _conclude(self, course: Course, running: _Running) -> None:
        trial, fit = running.trial, running.fit
        passes = trial.verdict is Verdict.NOT_WORSE and fit is not None
        if passes and course.project.promotion is not Promotion.MANUAL:
            self._pass(course, running)
        elif trial.waits and not running.settled:
            self._leave_to_people(course, running)
        elif trial.answers >= running.next_told:
            with self._store.write() as transaction:
                self._tell(transaction, course, running, running.reason)

    def _pass(self, course: Course, running: _Running) -> None:
        """Let the fit be heard, unless a person has decided meanwhile."""
        assert running.fit is not None  # noqa: S101 - it was asked
        name, running.settled = course.project.name, True
        with self._store.write() as transaction:
            is_open = transaction.versions.is_open(name, running.number)
            if is_held(transaction, name) or not is_open:
                return
            reason = f"not worse on {running.trial.answers} answers: what is learned goes on in it"
            self._tell(transaction, course, running, reason)
            write_once(transaction, name, running.fit, self._clock.now())
        self._metrics.refits.labels(name, running.fit.challenger).inc()

    def _leave_to_people(self, course: Course, running: _Running) -> None:
        name, running.settled = course.project.name, True
        worse = [part.group for part in running.trial.comparison() if part.verdict == "worse"]
        why = f"worse in {', '.join(worse)}" if worse else "not proven not to be worse"
        running.reason = f"{why} on {running.trial.answers} answers: a person decides"
        with self._store.write() as transaction:
            self._tell(transaction, course, running, running.reason)
            if running.fit is not None:
                write_once(transaction, name, passed_over(running.fit), self._clock.now())
        self._metrics.held_back.labels(name).inc()
        log.error("candidate_held_back", project=name, version=running.number, detail=why)

    def _tell(
        self, transaction: Transaction, course: Course, running: _Running, reason: str
    ) -> None:
        running.next_told = 2 * running.trial.answers
        step = NewStep(
            course.project.name,
            running.number,
            EventType.MODEL_CANDIDATE,
            reason,
            SOURCE,
            self._clock.now(),
            running.trial.comparison(),
            list(running.shadow),
        )
        if transaction.versions.is_open(course.project.name, running.number):
            transaction.versions.take(step)


def declared(project: Project) -> tuple[str, ...]:
    """The slices in which a candidate must not be worse."""
    return tuple(dict.fromkeys((*project.policy.certify_by, *project.slices)))


def _slices(correction: CorrectionMade, names: Sequence[str]) -> dict[str, str]:
    """An event's value of each; what it does not name is looked for among its fields."""
    found = {name: correction.slices.get(name, correction.features.get(name)) for name in names}
    return {name: "" if value is None else str(value) for name, value in found.items()}


def _answered(entries: Sequence[Entry], seen: set[str]) -> list[CorrectionMade]:
    """The answers among them, the first on each event only."""
    found: list[CorrectionMade] = []
    for entry in entries:
        if entry.kind is Kind.CORRECTION:
            correction = CorrectionMade.model_validate_json(entry.body)
            if correction.features and correction.event_id not in seen:
                seen.add(correction.event_id)
                found.append(correction)
    return found
