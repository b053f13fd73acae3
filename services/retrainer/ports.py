"""What the retrainer needs from outside: a store, learners, and a way to announce."""

from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol

from services.retrainer.domain.ledger import Entry, NewEntry, Span
from services.retrainer.domain.progress import Progress
from services.retrainer.domain.refits import Refit
from services.retrainer.domain.versions import Version
from shared.events import CloudEvent, FeatureValue
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


class Candidate(Protocol):
    """A snapshot of a learner that may become a version."""

    @property
    def labels(self) -> Sequence[str]: ...

    @property
    def sha256(self) -> str:
        """The content hash; empty if the content is not finite."""
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

    def candidate(self) -> Candidate | None:
        """A snapshot, or None while there is too little to serve."""
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

    def prune_artifacts(self, project: str) -> None:
        """Delete artifacts that are too old to be rolled back to."""
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

    def run(self, job: Callable[[], Outcome]) -> Outcome:
        """Make a fit now, and wait for it."""
        ...


class Ledger(Protocol):
    """The training ledger."""

    def append(self, entries: Sequence[NewEntry]) -> None:
        """Record entries, in order."""
        ...

    def known(self, project: str, identities: Collection[str]) -> Mapping[str, str]:
        """The bodies of those corrections that are recorded already."""
        ...

    def projects(self) -> Sequence[str]:
        """The projects that have a file, by name."""
        ...

    def configuration(self, project: str, until: int | None = None) -> Entry | None:
        """The project file in force, or that in force at a position."""
        ...

    def after(
        self, project: str, position: int, limit: int, until: int | None = None
    ) -> Sequence[Entry]:
        """The next entries of a project after a position, at most up to `until`."""
        ...

    def backlog(self, project: str, position: int) -> int:
        """How many entries of a project lie after a position."""
        ...

    def span(self, project: str, after: int, until: int) -> Span:
        """What the corrections of a stretch amount to."""
        ...


class Versions(Protocol):
    """Model versions."""

    def add(self, version: Version) -> None:
        """Record a version that is not announced yet; its number can be taken only once."""
        ...

    def get(self, project: str, number: int) -> Version | None:
        """One version."""
        ...

    def newest(self, project: str, *, promoted: bool = False) -> Version | None:
        """The newest version, or the newest that was promoted."""
        ...

    def unannounced(self) -> Sequence[Version]:
        """Versions that may not have been announced, in order."""
        ...

    def mark_announced(self, versions: Sequence[Version]) -> None:
        """These have been announced."""
        ...


class Checkpoints(Protocol):
    """Which checkpoints there are."""

    def newest_first(self, project: str) -> Sequence[Checkpoint]:
        """A project's checkpoints."""
        ...

    def add(self, project: str, checkpoint: Checkpoint, keep: int) -> None:
        """Remember a checkpoint, and only the newest `keep`."""
        ...


class Transaction(Protocol):
    """The store, seen and changed as a whole."""

    @property
    def ledger(self) -> Ledger: ...
    @property
    def versions(self) -> Versions: ...
    @property
    def checkpoints(self) -> Checkpoints: ...


class Store(Protocol):
    """The training database."""

    def read(self) -> AbstractContextManager[Transaction]:
        """A transaction that only reads."""
        ...

    def write(self) -> AbstractContextManager[Transaction]:
        """A transaction that is kept at its end, or undone by an error."""
        ...


class Bell(Protocol):
    """Wakes the learning loop."""

    def ring(self) -> None:
        """There is something to learn; callable from any thread."""
        ...


class Publisher(Protocol):
    """Puts events on their streams."""

    def publish(self, events: Sequence[CloudEvent]) -> None:
        """All of them, in order.

        Raises:
            Unavailable: Redis is away; whether they arrived is not known.
        """
        ...

    def announced(self) -> Mapping[str, int]:
        """The version that was announced last of each project; empty if Redis lost them.

        Raises:
            Unavailable: Redis is away.
        """
        ...
