"""What is known of streams that may drift, kept by who observes the ledger."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from services.review.domain.drift import Monitor
from services.review.domain.drifting import Alarm, Watched


class Drifts(Protocol):
    """Monitors, and the alarms they raised."""

    def monitors(self, project: str) -> Mapping[Watched, Monitor]:
        """All monitors of a project."""
        ...

    def keep(self, project: str, monitors: Mapping[Watched, Monitor]) -> None:
        """Keep monitors as they are now."""
        ...

    def raise_alarms(self, project: str, alarms: Sequence[Alarm]) -> None:
        """Keep alarms."""
        ...

    def alarms(self, project: str, limit: int) -> Sequence[Alarm]:
        """The newest alarms, newest first."""
        ...
