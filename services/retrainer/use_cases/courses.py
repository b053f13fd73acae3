"""Courses: one learner a project, led along the ledger in the order of its positions."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

import structlog

from services.retrainer.domain.leaving_out import LeftOut
from services.retrainer.domain.ledger import Entry, Kind
from services.retrainer.domain.progress import Judged, Progress
from services.retrainer.domain.refits import Entered
from services.retrainer.domain.versions import WINDOW
from services.retrainer.errors import CheckpointRefused
from services.retrainer.metrics import Metrics
from services.retrainer.ports import (
    Checkpoint,
    Fitters,
    Learner,
    Learners,
    Outcome,
    Store,
)
from services.retrainer.use_cases.witnesses import Answered, Witness
from shared.errors import DeadLetter
from shared.events import CorrectionMade
from shared.project import Project

log = structlog.get_logger()

_READ_AT_ONCE = 100


def _window() -> deque[Answered]:
    return deque(maxlen=WINDOW)


@dataclass(slots=True)
class Course:
    """A learner, and how far along the ledger it has come.

    Attributes:
        project: the project file in force at the position reached.
        considered: the position at which a version was last thought of.
        saved: examples learned at the last checkpoint.
        outcomes: fits that were made here and are entered further on, by name.
        recent: the last answers.
        champion: the version that was promoted last, if that was here, and what it says.
        taken_over: the place at which a candidate's fit was heard, and the candidate's number.
        too_late: the same of fits that could no longer be heard.
        born: the end of the ledger when it was begun, or the position of its checkpoint.
        is_stale: something that it may have learned was erased since.
        left_out: who is to be left out of what is learned.
        changed: how many corrections were left out for that, wholly or in part.
    """

    project: Project
    learner: Learner
    fitters: Fitters
    progress: Progress = field(default_factory=Progress)
    considered: int = 0
    saved: int = 0
    outcomes: dict[str, Outcome] = field(default_factory=dict)
    recent: deque[Answered] = field(default_factory=_window)
    champion: Witness | None = None
    taken_over: tuple[int, int] | None = None
    too_late: list[tuple[int, int]] = field(default_factory=list)
    born: int = 0
    is_stale: bool = False
    left_out: LeftOut | None = None
    changed: int = 0

    def take(self, entry: Entry, metrics: Metrics) -> None:
        """Take in the next entry of the ledger."""
        if entry.kind is Kind.PROJECT:
            self.project = Project.model_validate_json(entry.body)
            self.learner.reconfigure(self.project)
        elif entry.kind is Kind.REFIT:
            self._enter(entry)
        elif entry.kind is Kind.CORRECTION:
            self._learn(entry, metrics)
        elif entry.kind is Kind.ERASURE:
            self.is_stale |= entry.position > self.born
        self.progress.position = entry.position

    def _enter(self, entry: Entry) -> None:
        """Hear a challenger from here on, or pass it over."""
        entered = Entered.model_validate_json(entry.body)
        if not self.learner.accepts(entered.refit):
            self.outcomes.pop(entered.refit.identity, None)
            if entered.candidate is not None and entered.heard:
                self.too_late.append((entry.position, entered.candidate))
        elif entered.heard:
            self.learner.install(entered.refit, self.outcome(entered))
            if entered.candidate is not None:
                self.taken_over = entry.position, entered.candidate
        else:
            self.outcomes.pop(entered.refit.identity, None)
            self.learner.pass_over(entered.refit)

    def outcome(self, entered: Entered) -> Outcome:
        """What was fitted; fitted anew unless it was fitted here."""
        outcome = self.outcomes.pop(entered.refit.identity, None)
        if outcome is None:
            outcome = self.fitters.run(self.learner.job(entered.refit))
        if outcome.sha256 != entered.sha256:
            log.warning("refit_differs", project=self.project.name, refit=entered.identity)
        return outcome

    def _remaining(self, correction: CorrectionMade) -> CorrectionMade | None:
        remaining = self.left_out.remains_of(correction) if self.left_out else correction
        self.changed += remaining is not correction
        return remaining

    def _learn(self, entry: Entry, metrics: Metrics) -> None:
        name = self.project.name
        correction = self._remaining(CorrectionMade.model_validate_json(entry.body))
        if correction is None or not correction.features:
            return  # left out, or erased
        try:
            scored = self.learner.learn(
                correction.features, correction.label_probabilities, entry.position
            )
        except DeadLetter as error:
            metrics.skipped.labels(name).inc()
            log.warning(
                "correction_skipped", project=name, correction=entry.identity, detail=str(error)
            )
        else:
            self.recent.append((correction.features, correction.label))
            self.progress.learned(Judged(scored.correct, scored.log_loss))
            metrics.learned.labels(name).inc()


class Courses:
    """Begins, resumes and advances courses."""

    def __init__(
        self, store: Store, learners: Learners, fitters: Fitters, metrics: Metrics
    ) -> None:
        self._store = store
        self._learners = learners
        self._fitters = fitters
        self._metrics = metrics

    def begin(self, project: str) -> Course | None:
        """A course at the first entry of the ledger; None if there is no such project."""
        with self._store.read() as transaction:
            born = transaction.ledger.end(project)
            first = transaction.ledger.after(project, 0, 1)
        if not first:
            return None
        configuration = Project.model_validate_json(first[0].body)
        course = Course(configuration, self._learners.start(configuration), self._fitters)
        course.progress.position, course.born = first[0].position, born
        return course

    def resume(self, project: str) -> Course | None:
        """A course at the newest checkpoint that can be used, else at the beginning."""
        self._metrics.begin(project)
        with self._store.read() as transaction:
            checkpoints = transaction.checkpoints.newest_first(project)
        for checkpoint in checkpoints:
            try:
                return self._restore(project, checkpoint)
            except CheckpointRefused as error:
                self._metrics.checkpoints_refused.labels(project).inc()
                log.warning("checkpoint_refused", project=project, detail=str(error))
        return self.begin(project)

    def advance(
        self, course: Course, until: int | None = None, enough: Callable[[], bool] | None = None
    ) -> bool:
        """Lead a course on, to the end of the ledger or `until`, or as long as `enough` allows.

        Returns:
            True if there may be more.
        """
        name = course.project.name
        while True:
            with self._store.read() as transaction:
                position = course.progress.position
                entries = transaction.ledger.after(name, position, _READ_AT_ONCE, until)
            for entry in entries:
                course.take(entry, self._metrics)
                if enough is not None and enough():
                    return True
            if len(entries) < _READ_AT_ONCE:
                return False

    def _restore(self, project: str, checkpoint: Checkpoint) -> Course:
        with self._store.read() as transaction:
            entry = transaction.ledger.configuration(project, checkpoint.position)
        if entry is None:
            raise CheckpointRefused(f"{checkpoint.file} is of a position before the project")
        configuration = Project.model_validate_json(entry.body)
        learner, progress = self._learners.restore(configuration, checkpoint)
        course = Course(configuration, learner, self._fitters, progress, saved=progress.examples)
        course.born = checkpoint.position
        return course
