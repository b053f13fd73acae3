"""Learners, their checkpoints and the artifacts of their versions, on disk."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, partial
from pathlib import Path
from typing import Any, Self

import numpy as np
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from threadpoolctl import threadpool_limits

from services.retrainer.domain.progress import WINDOW, Judged, Measured, Progress
from services.retrainer.domain.refits import Refit
from services.retrainer.domain.versions import Version, Voiced, stays
from services.retrainer.errors import CheckpointRefused, VersionLost
from services.retrainer.ports import Candidate, Checkpoint, Contestant, Outcome
from shared.errors import Misconfigured
from shared.events import FeatureValue
from shared.model import artifact
from shared.model.challengers import fitting
from shared.model.challengers.task import Task
from shared.model.errors import ArtifactRefused
from shared.model.keys import load_or_create_signing_key
from shared.model.learner import Learner, Scored
from shared.model.manifest import Origin
from shared.model.pruning import prune
from shared.model.serving import ServingModel
from shared.model.state import ModelState
from shared.project import Project

KIND = "checkpoint"


@dataclass(frozen=True)
class Workshop:
    """Implements `ports.Learners`.

    Attributes:
        artifacts: the store of published models.
        checkpoints: the store of learners' states, in the same signed format.
        signing_key: signs both.
        keep: newest artifacts a project that are kept.
    """

    artifacts: Path
    checkpoints: Path
    signing_key: Ed25519PrivateKey
    keep: int

    @classmethod
    def open(cls, artifacts: Path, checkpoints: Path, signing_key: Path, keep: int) -> Self:
        """Take the key from its file, which is made on first use.

        Raises:
            Misconfigured: the file holds no key, or others may read it.
        """
        threadpool_limits(1)  # sums must be the same wherever they are made
        return cls(artifacts, checkpoints, load_or_create_signing_key(signing_key), keep)

    def start(self, project: Project) -> "ModelLearner":
        """A learner that has seen nothing."""
        return ModelLearner(Learner.start(project), self)

    def restore(self, project: Project, checkpoint: Checkpoint) -> tuple["ModelLearner", Progress]:
        """Go on from a checkpoint, under the project of that position.

        Raises:
            CheckpointRefused: it is missing, damaged or not ours.
        """
        try:
            _, state = artifact.load(
                self.checkpoints, checkpoint.file, checkpoint.sha256, self.signing_key.public_key()
            )
            progress = _progress(state.document)
            if progress.position != checkpoint.position:
                raise CheckpointRefused(f"{checkpoint.file} is of another position")
            learner = Learner.restore(project, state.part("learner"))
        except (ArtifactRefused, ValueError, KeyError, TypeError, IndexError) as error:
            raise CheckpointRefused(f"{checkpoint.file}: {error}") from error
        return ModelLearner(learner, self), progress

    def recall(self, version: Version) -> Contestant:
        """A version as it was published.

        Raises:
            VersionLost: its artifact is not there any more, or must not be used.
        """
        try:
            _, serving = artifact.load_model(
                self.artifacts, version.uri, version.sha256, self.signing_key.public_key()
            )
        except ArtifactRefused as error:
            raise VersionLost(str(error)) from error
        return Snapshot(serving, self)

    def keeps(self, version: Version) -> bool:
        """Whether a version's artifact is still there."""
        return bool(version.uri) and (self.artifacts / version.uri).is_dir()

    def prune_artifacts(self, project: str, spare: Collection[int]) -> None:
        """Delete artifacts that are too old to be rolled back to, but for some versions."""

        def is_spared(number: int, newest: int) -> bool:
            return number in spare or stays(number, newest, self.keep)

        prune(self.artifacts, project, self.keep, is_spared)

    def prune_checkpoints(self, project: str, keep: int) -> None:
        """Delete all but the newest checkpoint files."""
        prune(self.checkpoints, project, keep)


@dataclass(frozen=True)
class ModelLearner:
    """Implements `ports.Learner`."""

    learner: Learner
    workshop: Workshop

    def learn(
        self,
        features: Mapping[str, FeatureValue],
        label_probabilities: Mapping[str, float],
        position: int,
    ) -> Scored:
        """Judge one example, then learn it."""
        return self.learner.learn(features, label_probabilities, position)

    def due(self) -> Refit | None:
        """A challenger that should be fitted to what was learned."""
        due = self.learner.due()
        return Refit(challenger=due.challenger, upto=due.upto) if due else None

    def accepts(self, refit: Refit) -> bool:
        """Whether a fit may still enter."""
        return self.learner.accepts(fitting.Refit(refit.challenger, refit.upto))

    def job(self, refit: Refit) -> Callable[[], Outcome]:
        """How a fit that is accepted is made."""
        return partial(_fitted, self.learner.task(fitting.Refit(refit.challenger, refit.upto)))

    def install(self, refit: Refit, outcome: Outcome) -> None:
        """Hear a fit from now on."""
        self.learner.install(fitting.Refit(refit.challenger, refit.upto), _state_of(outcome))

    def pass_over(self, refit: Refit) -> None:
        """Do not hear a fit; its challenger waits for its next turn."""
        self.learner.install(fitting.Refit(refit.challenger, refit.upto), None)

    def reconfigure(self, project: Project) -> None:
        """Go on under a changed project."""
        self.learner.reconfigure(project)

    def candidate(self, trying: tuple[Refit, Outcome] | None = None) -> Candidate | None:
        """A snapshot, or None while there is too little to serve."""
        heard = None
        if trying is not None:
            refit, outcome = trying
            heard = (refit.challenger, _state_of(outcome))
        serving = self.learner.serving(heard)
        return Snapshot(serving, self.workshop, _voices(self.learner)) if serving else None

    def save(self, project: str, progress: Progress) -> Checkpoint:
        """Write a checkpoint, whole or not at all.

        Raises:
            CheckpointRefused: the state could not be read again.
        """
        document = {
            "kind": KIND,
            "position": progress.position,
            "examples": progress.examples,
            "recent": [[judged.correct, judged.log_loss] for judged in progress.recent],
        }
        state = ModelState.compose(document, learner=self.learner.state())
        origin = Origin(version=progress.position, parent=None, learned_up_to=0)
        shop = self.workshop
        try:
            ref = artifact.publish(shop.checkpoints, project, state, origin, shop.signing_key)
        except (ArtifactRefused, ValueError) as error:
            raise CheckpointRefused(f"position {progress.position}: {error}") from error
        return Checkpoint(progress.position, ref.sha256, ref.uri)


@dataclass(frozen=True)
class Fitted:
    """Implements `ports.Outcome`."""

    state: ModelState | None
    failure: str = ""

    @property
    def sha256(self) -> str:
        """The content hash; empty if nothing suited."""
        return self.state.sha256 if self.state else ""


def _state_of(outcome: Outcome) -> ModelState | None:
    if not isinstance(outcome, Fitted):
        raise TypeError(f"{outcome!r} was not made by a job of this learner")
    return outcome.state


def _fitted(task: Task) -> Fitted:
    try:
        return Fitted(fitting.fit(task))
    except Misconfigured as error:
        return Fitted(None, str(error))


@dataclass(frozen=True)
class Snapshot:
    """Implements `ports.Candidate`."""

    serving: ServingModel
    workshop: Workshop
    voices: Mapping[str, Voiced] = field(default_factory=dict)

    @property
    def labels(self) -> Sequence[str]:
        """The labels, in the order of the model's columns."""
        return self.serving.labels

    @cached_property
    def sha256(self) -> str:
        """The content hash; empty if the content is not finite."""
        try:
            return self._state.sha256
        except ValueError:
            return ""

    @property
    def is_finite(self) -> bool:
        """Whether all its numbers are numbers."""
        finite = all(np.isfinite(array).all() for array in self._state.arrays.values())
        return finite and self.sha256 != ""

    def answers(self, rows: Sequence[Mapping[str, FeatureValue]]) -> Sequence[Mapping[str, float]]:
        """Probabilities by label, one mapping a row."""
        table = self.serving.predict_proba(rows).tolist()
        return [dict(zip(self.labels, row, strict=True)) for row in table]

    def publish(self, version: Version) -> str:
        """Write the artifact, whole or not at all; its place in the store."""
        shop = self.workshop
        origin = Origin(version.number, version.parent, version.learned_up_to, version.metrics)
        ref = artifact.publish(
            shop.artifacts, version.project, self._state, origin, shop.signing_key
        )
        return ref.uri

    @cached_property
    def _state(self) -> ModelState:
        return self.serving.state()


def _voices(learner: Learner) -> dict[str, Voiced]:
    lost = {name: Measured.of(each.tolist()) for name, each in learner.losses(WINDOW).items()}
    return {name: Voiced(trust, lost.get(name)) for name, trust in learner.trust().items()}


def _progress(document: Mapping[str, Any]) -> Progress:
    if document["kind"] != KIND:
        raise ValueError(f"a state of kind {document['kind']!r} is no checkpoint")
    recent = [Judged(bool(correct), float(loss)) for correct, loss in document["recent"]]
    return Progress.resume(int(document["position"]), int(document["examples"]), recent)
