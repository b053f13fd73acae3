"""The training database."""

from collections.abc import Collection, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Protocol

from services.retrainer.domain.ledger import Entry, Kind, NewEntry, Span
from services.retrainer.domain.steps import NewStep, Step
from services.retrainer.domain.versions import Version
from services.retrainer.ports.learners import Checkpoint


class Ledger(Protocol):
    """The training ledger."""

    def append(self, entries: Sequence[NewEntry]) -> None:
        """Record entries, in order."""
        ...

    def known(
        self, project: str, identities: Collection[str], kind: Kind = Kind.CORRECTION
    ) -> Mapping[str, str]:
        """The bodies of those entries of a kind that are recorded already."""
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

    def newest(self, project: str, position: int, limit: int) -> Sequence[Entry]:
        """The newest corrections of a project after a position, oldest first."""
        ...

    def backlog(self, project: str, position: int) -> int:
        """How many entries of a project lie after a position."""
        ...

    def end(self, project: str) -> int:
        """The position of a project's last entry; 0 if it has none."""
        ...

    def blank(self, project: str, event_id: str) -> int:
        """Take out of corrections of an event what describes it; how many were changed."""
        ...

    def span(self, project: str, after: int, until: int) -> Span:
        """What the corrections of a stretch amount to."""
        ...


class Versions(Protocol):
    """Model versions, and the steps in their lives."""

    def add(self, version: Version) -> None:
        """Record a version; its number can be taken only once."""
        ...

    def take(self, step: NewStep) -> None:
        """Record a step that is not announced yet."""
        ...

    def get(self, project: str, number: int) -> Version | None:
        """One version."""
        ...

    def newest(self, project: str) -> Version | None:
        """The newest version, whatever became of it."""
        ...

    def in_force(self, project: str, *, rollbacks: bool = True) -> Step | None:
        """The step by which the version came that serves now; or would but for rollbacks."""
        ...

    def candidate(self, project: str) -> Step | None:
        """The newest candidate, if it still is one: not decided, and not taken over."""
        ...

    def open_candidate(self, project: str) -> int | None:
        """The number of that candidate: cheaper than the whole of it."""
        ...

    def is_open(self, project: str, number: int) -> bool:
        """Whether a version is a candidate that is neither decided nor taken over."""
        ...

    def unannounced(self) -> Sequence[Step]:
        """Steps that may not have been announced, in order."""
        ...

    def mark_announced(self, steps: Sequence[Step]) -> None:
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

    def forget(self, project: str) -> None:
        """Forget a project's checkpoints; their files are deleted by who learns."""
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
