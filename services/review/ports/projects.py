"""Project files in force."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Protocol

from shared.project import Project


@dataclass(frozen=True, slots=True)
class ProjectState:
    """A project's file in force."""

    configuration: Project
    policy_version: int
    stopped: bool = False


class Projects(Protocol):
    """Project files in force."""

    def get(self, name: str) -> ProjectState | None:
        """One project."""
        ...

    def all(self) -> Sequence[ProjectState]:
        """All projects, by name."""
        ...

    def lock(self, names: Collection[str]) -> Sequence[ProjectState]:
        """Those of these projects that there are, by name.

        Nobody else routes their events or changes them until the transaction ends.
        """
        ...

    def put(self, state: ProjectState) -> None:
        """Replace or add a project."""
        ...
