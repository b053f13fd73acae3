"""Refitting: challengers are fitted beside learning, and enter at a position of the ledger."""

import structlog

from services.retrainer.domain.refits import Entered, Refit
from services.retrainer.metrics import Metrics
from services.retrainer.ports import Fitters, Outcome, Store
from services.retrainer.use_cases.courses import Course
from services.retrainer.use_cases.entering import entry_of
from services.retrainer.use_cases.publishing import PublishVersion
from services.retrainer.use_cases.trials import Trials
from shared.clock import Clock

log = structlog.get_logger()

_END = 2**62


class Refitting:
    """Orders the fits of one project at a time, and lets their results in.

    When a fit begins and ends is chance. What is learned must not be; so a result is heard from
    the ledger entry on that says so, and whoever learns the ledger again hears it there as well.
    Where people rely on a version already, the fit is tried in a candidate first.
    """

    def __init__(
        self,
        store: Store,
        fitters: Fitters,
        publish: PublishVersion,
        trials: Trials,
        metrics: Metrics,
        clock: Clock,
    ) -> None:
        self._store = store
        self._fitters = fitters
        self._publish = publish
        self._trials = trials
        self._metrics = metrics
        self._clock = clock

    def collect(self, course: Course) -> None:
        """Try the fit that has finished, or write it down, if it may still enter."""
        name = course.project.name
        finished = self._fitters.finished(name)
        if finished is None:
            return
        refit, outcome = finished
        if not course.learner.accepts(refit):
            log.info("refit_too_late", project=name, challenger=refit.challenger)
            return
        entered = Entered(challenger=refit.challenger, upto=refit.upto, sha256=outcome.sha256)
        course.outcomes[refit.identity] = outcome
        if outcome.sha256 and self._publish.offer(course, entered, outcome) is not None:
            return
        with self._store.write() as transaction:
            transaction.ledger.append([entry_of(name, entered, self._clock.now())])
        self._tell(name, refit, outcome)

    def _tell(self, project: str, refit: Refit, outcome: Outcome) -> None:
        if not outcome.failure:
            self._metrics.refits.labels(project, refit.challenger).inc()
            return
        self._metrics.experts_failed.labels(project, refit.challenger).inc()
        cure = "try it on this machine: handraise model check FILE"
        log.warning("expert_failed", project=project, detail=outcome.failure, cure=cure)

    def order(self, course: Course) -> None:
        """Begin the next fit that is due; one a project at a time, its trial included."""
        name = course.project.name
        if self._fitters.is_working(name) or self._trials.is_running(name):
            return
        refit = course.learner.due()
        if refit is None or refit.identity in course.outcomes or self._is_ahead(course):
            return
        self._fitters.begin(name, refit, course.learner.job(refit))

    def _is_ahead(self, course: Course) -> bool:
        """Whether the ledger tells of a fit that the learner has not come to yet."""
        position = course.progress.position
        with self._store.read() as transaction:
            return transaction.ledger.span(course.project.name, position, _END).refits > 0
