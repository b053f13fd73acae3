"""Learners that count, and that can be made to go wrong."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

from services.retrainer.domain.progress import Judged, Progress
from services.retrainer.domain.refits import Refit
from services.retrainer.domain.versions import Version, Voiced
from services.retrainer.errors import CheckpointRefused, VersionLost
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

    said: Mapping[str, float]
    learners: "FakeLearners"
    voices: Mapping[str, Voiced] = field(default_factory=dict)

    def answers(self, rows: Sequence[Mapping[str, FeatureValue]]) -> Sequence[Mapping[str, float]]:
        return [self.said] * len(rows)

    def publish(self, version: Version) -> str:
        self.learners.published[version.number] = self.said
        then, self.learners.when_publishing = self.learners.when_publishing, None
        if then is not None:
            then()
        return f"{version.project}/{self.sha256}"


@dataclass(frozen=True)
class FakeOutcome:
    """Implements `services.retrainer.ports.Outcome`."""

    sha256: str
    failure: str = ""


@dataclass
class FakeLearners:
    """Implements `services.retrainer.ports.Learners`.

    Attributes:
        finite: whether candidates are.
        labels: what candidates say, if not the project's labels.
        unlearnable: a value of the field `tenure` that is refused.
        failing: a value of the field `tenure` that brings learning down.
        when_learning: called for each example.
        opinion: what versions answer.
        published: what versions answered when they were written, by number.
        bad: what candidates with a fit on trial answer, if not the same.
        when_publishing: called once, when a version is written.
        due_at: so many examples make a fit due, once.
        accepts: whether fits may still enter.
        heard: fits that were heard.
        passed_over: fits that were not.
        lost: versions that are not kept any more.
        pruned: projects whose artifacts were pruned, and the versions that were needed.
    """

    finite: bool = True
    labels: Sequence[str] = ()
    unlearnable: float = -1
    failing: float = -1
    when_learning: Callable[[], None] = lambda: None
    opinion: Mapping[str, float] = field(default_factory=lambda: {"stay": 1.0})
    published: dict[int, Mapping[str, float]] = field(default_factory=dict)
    bad: Mapping[str, float] | None = None
    when_publishing: Callable[[], None] | None = None
    due_at: int | None = None
    accepts: bool = True
    heard: list[str] = field(default_factory=list)
    passed_over: list[str] = field(default_factory=list)
    lost: set[int] = field(default_factory=set)
    pruned: list[tuple[str, set[int]]] = field(default_factory=list)

    def start(self, project: Project) -> "FakeLearner":
        return FakeLearner(self, project.labels)

    def restore(self, project: Project, checkpoint: Checkpoint) -> tuple["FakeLearner", Progress]:
        raise CheckpointRefused(f"{checkpoint.file} was not kept")

    def recall(self, version: Version) -> FakeCandidate:
        if version.number in self.lost:
            raise VersionLost(f"{version.uri} is gone")
        said = self.published[version.number]
        return FakeCandidate((), version.sha256, True, said, self)

    def keeps(self, version: Version) -> bool:
        return version.number not in self.lost

    def prune_artifacts(self, project: str, spare: Collection[int]) -> None:
        self.pruned.append((project, set(spare)))

    def prune_checkpoints(self, project: str, keep: int) -> None:
        return


@dataclass
class FakeLearner:
    """Implements `services.retrainer.ports.Learner`."""

    learners: FakeLearners
    labels: Sequence[str]
    count: int = 0
    position: int = 0
    fits: int = 0

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
        self.position = position
        return Judged(correct=True, log_loss=0.5)

    def reconfigure(self, project: Project) -> None:
        self.labels = project.labels

    def due(self) -> Refit | None:
        if self.learners.due_at is None or self.count < self.learners.due_at:
            return None
        return Refit(challenger="boosted", upto=self.position)

    def accepts(self, refit: Refit) -> bool:
        return self.learners.accepts

    def job(self, refit: Refit) -> Callable[[], Outcome]:
        return partial(FakeOutcome, "ab" * 32)

    def install(self, refit: Refit, outcome: Outcome) -> None:
        self.learners.heard.append(refit.identity)
        self.learners.due_at = None
        self.fits += 1

    def pass_over(self, refit: Refit) -> None:
        self.learners.passed_over.append(refit.identity)
        self.learners.due_at = None

    def candidate(self, trying: tuple[Refit, Outcome] | None = None) -> FakeCandidate | None:
        if not self.count:
            return None
        labels = self.learners.labels or self.labels
        sha256 = (
            f"{self.count + (self.fits << 32):064x}" if trying is None else f"{self.count:f>64}"
        )
        said = self.learners.opinion
        if trying is not None and self.learners.bad is not None:
            said = self.learners.bad
        return FakeCandidate(labels, sha256, self.learners.finite, said, self.learners)

    def save(self, project: str, progress: Progress) -> Checkpoint:
        return Checkpoint(progress.position, "0" * 64, f"{project}/{progress.position}")
