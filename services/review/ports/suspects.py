"""Suspected label errors, kept by who observes the ledger."""

from collections.abc import Collection, Mapping, Sequence
from typing import Protocol

from services.review.domain.suspects import SecondLooks, Suspect, Trust


class Suspects(Protocol):
    """Answers that a model contradicts, and how far it is usually believed."""

    def of_events(self, project: str, event_ids: Collection[str]) -> Mapping[str, Suspect]:
        """Those of these events that are suspects."""
        ...

    def put(self, suspect: Suspect) -> None:
        """Keep a suspect as it is now."""
        ...

    def drop(self, project: str, event_id: str) -> None:
        """Forget one."""
        ...

    def worst(self, project: str, limit: int) -> Sequence[Suspect]:
        """Those that nobody has looked at again, the most suspect first."""
        ...

    def counts(self, project: str) -> SecondLooks:
        """What came of second looks."""
        ...

    def trust(self, project: str) -> Mapping[str, Trust]:
        """What the model gives each label where people say so too."""
        ...

    def put_trust(self, project: str, label: str, trust: Trust) -> None:
        """Keep it for one label."""
        ...
