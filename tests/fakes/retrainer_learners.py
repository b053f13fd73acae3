"""Learners that count, and that can be made to go wrong."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from services.retrainer.domain.progress import Judged, Progress
from services.retrainer.domain.refits import Refit
from services.retrainer.domain.versions import Version
from services.retrainer.errors import CheckpointRefused
from services.retrainer.ports import Checkpoint, Outcome
from shared.errors import Malformed
from shared.events import FeatureValue
from shared.project import Project


@dataclass
class FakeCandidate:
    """Implements `services.retrainer.ports.Candidate`."""

    labels: Sequence[str]
    sha256: str
    is_finite: bool

    def publish(self, version: Version) -> str:
        return f"{version.project}/{self.sha256}"


@dataclass
class FakeLearners:
    """Implements `services.retrainer.ports.Learners`.

    Attributes:
        finite: whether candidates are.
        labels: what candidates say, if not the project's labels.
        unlearnable: a value of the field `tenure` that is refused.
        failing: a value of the field `tenure` that brings learning down.
        when_learning: called for each example.
        pruned: projects whose artifacts were pruned.
    """

    finite: bool = True
    labels: Sequence[str] = ()
    unlearnable: float = -1
    failing: float = -1
    when_learning: Callable[[], None] = lambda: None
    pruned: list[str] = field(default_factory=list)

    def start(self, project: Project) -> "FakeLearner":
        return FakeLearner(self, project.labels)

    def restore(self, project: Project, checkpoint: Checkpoint) -> tuple["FakeLearner", Progress]:
        raise CheckpointRefused(f"{checkpoint.file} was not kept")

    def prune_artifacts(self, project: str) -> None:
        self.pruned.append(project)

    def prune_checkpoints(self, project: str, keep: int) -> None:
        return


@dataclass
class FakeLearner:
    """Implements `services.retrainer.ports.Learner`."""

    learners: FakeLearners
    labels: Sequence[str]
    count: int = 0

    def learn(
        self,
        features: Mapping[str, FeatureValue],
        label_probabilities: Mapping[str, float],
        position: int,
    ) -> Judged:
        if features["tenure"] == self.learners.unlearnable:
            raise Malformed("nobody can learn that")
        if features["tenure"] == self.learners.failing:
            raise ZeroDivisionError
        self.learners.when_learning()
        self.count += 1
        return Judged(correct=True, log_loss=0.5)

    def reconfigure(self, project: Project) -> None:
        self.labels = project.labels

    def due(self) -> Refit | None:
        return None

    def accepts(self, refit: Refit) -> bool:
        return False

    def job(self, refit: Refit) -> Callable[[], Outcome]:
        raise AssertionError("no fit is ever due")

    def install(self, refit: Refit, outcome: Outcome) -> None:
        raise AssertionError("no fit is ever due")

    def candidate(self) -> FakeCandidate | None:
        if not self.count:
            return None
        labels = self.learners.labels or self.labels
        return FakeCandidate(labels, f"{self.count:064x}", self.learners.finite)

    def save(self, project: str, progress: Progress) -> Checkpoint:
        return Checkpoint(progress.position, "0" * 64, f"{project}/{progress.position}")
