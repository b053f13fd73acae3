"""Retraining: learn what is recorded, publish it, save the learner now and then."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta

import structlog

from services.retrainer.errors import CheckpointRefused
from services.retrainer.metrics import Metrics
from services.retrainer.ports import Fitters, Learners, Store
from services.retrainer.use_cases.announcing import AnnounceVersions
from services.retrainer.use_cases.courses import Course, Courses
from services.retrainer.use_cases.publishing import PublishVersion
from services.retrainer.use_cases.refitting import Refitting
from services.retrainer.use_cases.trials import Trials
from shared.clock import Clock
from shared.errors import Unavailable

log = structlog.get_logger()

KEEP_CHECKPOINTS = 2
PRUNE_EVERY = 10
LEARNING_SHARE = 2
MOST_LEARNING = timedelta(seconds=0.5)
"""Before a version is published, although more waits: twice as long as all else that a version
takes, so that a busy machine spends two thirds of its time on learning, but not longer than this.
Who waits for learning waits for all before him; what a version takes he waits for but once."""


@dataclass(frozen=True, slots=True)
class Rhythm:
    """How often things happen.

    Attributes:
        publish: how long is learned for one version, if what follows does not take longer.
        checkpoint_every: corrections between two checkpoints.
        trials: least time between two looks at a trial: many answers are compared for the price
            of a few.
    """

    publish: timedelta
    checkpoint_every: int
    trials: timedelta


@dataclass(frozen=True, slots=True)
class Craft:
    """Who learns, and who fits challengers beside that."""

    learners: Learners
    fitters: Fitters


class Retraining:
    """The learners of all projects. Used by one thread only."""

    def __init__(
        self,
        store: Store,
        craft: Craft,
        announce: AnnounceVersions,
        metrics: Metrics,
        clock: Clock,
        rhythm: Rhythm,
    ) -> None:
        self._store = store
        self._learners = craft.learners
        self._fitters = craft.fitters
        self._metrics = metrics
        self._clock = clock
        self._rhythm = rhythm
        self._courses = Courses(store, craft.learners, craft.fitters, metrics)
        self._publish = PublishVersion(store, metrics, clock)
        self._trials = Trials(store, craft.learners, metrics, clock, rhythm.trials)
        self._refitting = Refitting(
            store, craft.fitters, self._publish, self._trials, metrics, clock
        )
        self._running: dict[str, Course] = {}
        self._prunable: set[str] = set()
        self._learned_at = clock.now()
        self._followed_in = timedelta()
        self.announce = announce

    def projects(self) -> Sequence[str]:
        """The projects that have a file."""
        with self._store.read() as transaction:
            return transaction.ledger.projects()

    def learn(self, project: str) -> bool:
        """Learn what is recorded, for as long as a version may take, and publish.

        Returns:
            True if there is more to learn.
        """
        try:
            return self._learn(project)
        except Exception:
            self._measure_standstill(project)
            raise

    def _learn(self, project: str) -> bool:
        course = self._running.get(project) or self._courses.resume(project)
        if course is None:
            return False
        self._running[project] = course
        self._refitting.collect(course)
        long = min(LEARNING_SHARE * self._followed_in, MOST_LEARNING)
        until = self._clock.now() + max(self._rhythm.publish, long)
        more = self._courses.advance(course, enough=lambda: self._clock.now() >= until)
        if course.is_stale:
            self._begin_anew(project)
            return True
        self._learned_at = self._clock.now()
        version = self._publish(course)
        if version is not None and version.number % PRUNE_EVERY == 0:
            self._prunable.add(project)
        self._measure(course, more=more)
        return more

    def tidy(self, project: str) -> None:
        """Go on with trials, begin fits, save the learner, delete old artifacts, when it is due."""
        course = self._running.get(project)
        if course is None:
            return
        self._trials(course)
        self._refitting.order(course)
        if course.progress.examples - course.saved >= self._rhythm.checkpoint_every:
            self._save(course)
        if project in self._prunable:
            self._learners.prune_artifacts(project, self._needed(project))
            self._prunable.discard(project)
        self._followed_in = self._clock.now() - self._learned_at

    def forget(self, project: str) -> None:
        """After an error: begin again from the newest checkpoint."""
        self._running.pop(project, None)

    def _begin_anew(self, project: str) -> None:
        """Something was erased: nothing that may have learned it is gone on with."""
        log.info("begins_anew", project=project)
        self._running.pop(project, None)
        self._fitters.discard(project)
        with self._store.write() as transaction:
            transaction.checkpoints.forget(project)
        self._learners.prune_checkpoints(project, 0)

    def finish(self) -> None:
        """Save all learners, so that the next start is quick."""
        for course in self._running.values():
            if course.progress.examples > course.saved:
                self._save(course)

    def _measure_standstill(self, project: str) -> None:
        """Nothing was learned or published: what no version has is left to learn."""
        with suppress(Unavailable), self._store.read() as transaction:
            newest, end = transaction.versions.newest(project), transaction.ledger.end(project)
            left = transaction.ledger.span(project, newest.position if newest else 0, end)
            self._metrics.backlog.labels(project).set(left.count)

    def _needed(self, project: str) -> set[int]:
        """Versions whose artifacts are needed however old they are."""
        with self._store.read() as transaction:
            in_force = transaction.versions.in_force(project)
            candidate = transaction.versions.candidate(project)
        needed = {step.version.number for step in (in_force, candidate) if step is not None}
        parent = candidate.version.parent if candidate else None
        return needed if parent is None else needed | {parent}

    def _save(self, course: Course) -> None:
        name = course.project.name
        course.saved = course.progress.examples
        try:
            checkpoint = course.learner.save(name, course.progress)
        except CheckpointRefused as error:
            self._metrics.checkpoints_refused.labels(name).inc()
            log.warning("checkpoint_refused", project=name, detail=str(error))
            return
        with self._store.write() as transaction:
            transaction.checkpoints.add(name, checkpoint, KEEP_CHECKPOINTS)
        self._learners.prune_checkpoints(name, KEEP_CHECKPOINTS)

    def _measure(self, course: Course, *, more: bool) -> None:
        name, backlog = course.project.name, 0
        if more:
            with self._store.read() as transaction:
                backlog = transaction.ledger.backlog(name, course.progress.position)
        self._metrics.backlog.labels(name).set(backlog)
        if course.progress.recent:
            self._metrics.prequential_error.labels(name).set(1 - course.progress.accuracy.mean)
