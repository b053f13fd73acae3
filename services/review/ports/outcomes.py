"""What became of events, counted."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

from services.review.domain.contribution import Effort, Impact, Outcome
from shared.events import RouteReason


class Outcomes(Protocol):
    """What became of a project's events; copies of gold are none of them."""

    def by_reason(self, project: str) -> Mapping[RouteReason, Outcome]:
        """Events that went to people, by the reason why."""
        ...

    def settled(self, project: str, after: int, until: int) -> Outcome:
        """Events with a model that were first settled after a place of the ledger, up to another.

        What people have decided otherwise since counts as it stands now, where it was.
        """
        ...

    def changed(self, project: str, reason: RouteReason, limit: int) -> Sequence[str]:
        """The ids of the newest events of a reason to which people gave another label."""
        ...

    def effort(self, project: str) -> Effort:
        """People's answers that count."""
        ...

    def impact(self, project: str, reviewer: str, before: datetime) -> Impact:
        """What a person's answers before a moment came to."""
        ...

    def held(
        self, project: str, reviewer: str, before: datetime, limit: int
    ) -> Sequence[tuple[datetime, bool]]:
        """When a person answered, and whether that is the decision; the newest first.

        Only answers before a moment that count, on events that were decided.
        """
        ...

    def waits(self, project: str, limit: int) -> Sequence[float]:
        """Seconds from an event's arrival to people's first decision, of the newest such."""
        ...
