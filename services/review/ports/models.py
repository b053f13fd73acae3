"""Model versions, as they are now."""

from collections.abc import Sequence
from typing import Protocol

from services.review.domain.versions import State, Version


class Models(Protocol):
    """The versions of all projects."""

    def get(self, project: str, number: int) -> Version | None:
        """One version."""
        ...

    def champion(self, project: str) -> Version | None:
        """The version that serves."""
        ...

    def page(
        self, project: str, limit: int, before: int | None = None, state: State | None = None
    ) -> Sequence[Version]:
        """Versions below a number, the highest first."""
        ...

    def put(self, project: str, version: Version) -> None:
        """Keep a version as it is now."""
        ...
