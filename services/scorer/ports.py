"""What the scorer needs from outside."""

from typing import Protocol

from services.scorer.domain.serving import Served


class Catalogue(Protocol):
    """Which projects exist, and which model version serves each."""

    def served(self, project: str) -> Served | None:
        """The model in force, or None if there is no such project."""
        ...

    async def refresh(self) -> None:
        """Look for projects and versions that were announced since the last look."""
        ...

    async def is_complete(self) -> bool:
        """Whether a project that is not known here does not exist.

        Raises:
            Unavailable: nobody can say now.
        """
        ...
