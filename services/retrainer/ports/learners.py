"""Learners, what they leave behind, and who fits beside them."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from services.retrainer.domain.progress import Progress
from services.retrainer.domain.refits import Refit
from services.retrainer.domain.versions import Version, Voiced
from shared.events import FeatureValue
from shared.project import Project


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """Where a learner's state up to a ledger position is kept, and its content hash."""

    position: int
    sha256: str
    file: str


class Scored(Protocol):
    """How an example was judged before it was learned."""

    @property
    def log_loss(self) -> float: ...
    @property
    def correct(self) -> bool: ...


class Contestant(Protocol):
    """Something that answers."""

    def answers(self, rows: Sequence[Mapping[str, FeatureValue]]) -> Sequence[Mapping[str, float]]:
        """Probabilities by label, one mapping a row."""
        ...


class Candidate(Contestant, Protocol):
    """A snapshot of a learner that may become a version."""

    @property
    def labels(self) -> Sequence[str]: ...

    @property
    def sha256(self) -> str:
        """The content hash; empty if the content is not finite."""
        ...

    @property
    def voices(self) -> Mapping[str, Voiced]:
        """How much of the answer each voice makes up, and how it did of late."""
        ...

    @property
    def is_finite(self) -> bool:
        """Whether all its numbers are numbers."""
        ...

    def publish(self, version: Version) -> str:
        """Write the artifact, whole or not at all; its place in the store."""
        ...


class Outcome(Protocol):
    """What a fit has given."""

    @property
    def sha256(self) -> str:
        """The content hash; empty if nothing suited."""
        ...

    @property
    def failure(self) -> str:
        """Why what the project brings cannot be used; empty if it can."""
        ...


class Learner(Protocol):
    """Learns one correction at a time; a pure function of what it was given, in order."""

    def learn(
        self,
        features: Mapping[str, FeatureValue],
        label_probabilities: Mapping[str, float],
        position: int,
    ) -> Scored:
        """Judge one example, which stands at a position of the ledger, then learn it.

        Raises:
            DeadLetter: it can never be learned; nothing has changed.
        """
        ...

    def reconfigure(self, project: Project) -> None:
        """Go on under a changed project."""
        ...

    def due(self) -> Refit | None:
        """A challenger that should be fitted to what was learned."""
        ...

    def accepts(self, refit: Refit) -> bool:
        """Whether a fit may still enter: all that it is made of is kept, and nothing changed."""
        ...

    def job(self, refit: Refit) -> Callable[[], Outcome]:
        """How a fit that is accepted is made: a pure function that other processes can call."""
        ...

    def install(self, refit: Refit, outcome: Outcome) -> None:
        """Hear a fit from now on."""
        ...

    def pass_over(self, refit: Refit) -> None:
        """Do not hear a fit; its challenger waits for its next turn."""
        ...

    def candidate(self, trying: tuple[Refit, Outcome] | None = None) -> Candidate | None:
        """A snapshot, or None while there is too little to serve.

        Args:
            trying: a fit that is heard in the snapshot only.
        """
        ...

    def save(self, project: str, progress: Progress) -> Checkpoint:
        """Write a checkpoint, whole or not at all.

        Raises:
            CheckpointRefused: the state could not be read again.
        """
        ...


class Learners(Protocol):
    """Where learners come from, and the files that they leave."""

    def start(self, project: Project) -> Learner:
        """A learner that has seen nothing."""
        ...

    def restore(self, project: Project, checkpoint: Checkpoint) -> tuple[Learner, Progress]:
        """Go on from a checkpoint, under the project of that position.

        Raises:
            CheckpointRefused: it is missing, damaged or not ours.
        """
        ...

    def recall(self, version: Version) -> Contestant:
        """A version as it was published.

        Raises:
            VersionLost: its artifact is not there any more, or must not be used.
        """
        ...

    def keeps(self, version: Version) -> bool:
        """Whether a version's artifact is still there."""
        ...

    def prune_artifacts(self, project: str, spare: Collection[int]) -> None:
        """Delete artifacts that are too old to be rolled back to, but for some versions."""
        ...

    def prune_checkpoints(self, project: str, keep: int) -> None:
        """Delete all but the newest checkpoint files."""
        ...


class Fitters(Protocol):
    """Who make fits beside learning."""

    def is_working(self, project: str) -> bool:
        """Whether a fit of the project is being made, or waits to be taken."""
        ...

    def begin(self, project: str, refit: Refit, job: Callable[[], Outcome]) -> None:
        """Make a fit beside everything else."""
        ...

    def finished(self, project: str) -> tuple[Refit, Outcome] | None:
        """The fit that has finished since, handed over once; one that failed is forgotten."""
        ...

    def discard(self, project: str) -> None:
        """Forget the fit of a project that is being made, or waits to be taken."""
        ...

    def run(self, job: Callable[[], Outcome]) -> Outcome:
        """Make a fit now, and wait for it."""
        ...
