"""Refitting: challengers are fitted beside learning, and enter at a position of the ledger."""

import structlog

from services.retrainer.domain.ledger import Kind, NewEntry
from services.retrainer.domain.refits import Entered
from services.retrainer.metrics import Metrics
from services.retrainer.ports import Fitters, Store
from services.retrainer.use_cases.courses import Course
from shared.clock import Clock

log = structlog.get_logger()


class Refitting:
    """Orders the fits of one project at a time, and lets their results in.

    When a fit begins and ends is chance. What is learned must not be; so a result is heard from
    the ledger entry on that says so, and whoever learns the ledger again hears it there as well.
    """

    def __init__(self, store: Store, fitters: Fitters, metrics: Metrics, clock: Clock) -> None:
        self._store = store
        self._fitters = fitters
        self._metrics = metrics
        self._clock = clock

    def collect(self, course: Course) -> None:
        """Write down the fit that has finished, if it may still enter."""
        name = course.project.name
        finished = self._fitters.finished(name)
        if finished is None:
            return
        refit, outcome = finished
        if not course.learner.accepts(refit):
            log.info("refit_too_late", project=name, challenger=refit.challenger)
            return
        entered = Entered(challenger=refit.challenger, upto=refit.upto, sha256=outcome.sha256)
        entry = NewEntry(
            project=name,
            kind=Kind.REFIT,
            identity=refit.identity,
            sequence=0,
            body=entered.model_dump_json(),
            at=self._clock.now(),
        )
        with self._store.write() as transaction:
            transaction.ledger.append([entry])
        course.outcomes[refit.identity] = outcome
        self._metrics.refits.labels(name, refit.challenger).inc()

    def order(self, course: Course) -> None:
        """Begin the next fit that is due; one a project at a time."""
        name = course.project.name
        if self._fitters.is_working(name):
            return
        refit = course.learner.due()
        if refit is not None and refit.identity not in course.outcomes:
            self._fitters.begin(name, refit, course.learner.job(refit))
