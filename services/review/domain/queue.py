"""Items, leases and what a reviewer may be shown."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from shared.events import RouteReason


class EmptyBecause(StrEnum):
    """Why a claim brought nothing."""

    NO_ITEMS = "no_items"
    ALL_LEASED = "all_leased"


@dataclass(frozen=True, slots=True)
class NewItem:
    """An event that is to wait for people."""

    project: str
    event_id: str
    reason: RouteReason
    received_at: datetime
    deadline: datetime | None


@dataclass(frozen=True, slots=True)
class Item:
    """An event that waits for people."""

    id: int
    project: str
    event_id: str
    reason: RouteReason
    received_at: datetime
    deadline: datetime | None
    settled: bool = False


@dataclass(frozen=True, slots=True)
class Lease:
    """A reviewer's exclusive, expiring hold on an item; `token` rises with each new holder."""

    id: str
    item: Item
    holder: str
    token: int
    expires_at: datetime
    current: bool
    """False once another lease on the item was granted, or this one was given back."""

    @property
    def holds(self) -> bool:
        """Whether a decision under this lease counts.

        A lease that has expired still holds until somebody else claims the item: the reviewer's
        work is not thrown away for a second too many.
        """
        return self.current and not self.item.settled


@dataclass(frozen=True, slots=True)
class QueueState:
    """How a queue stands."""

    queue: str
    depth: int
    leased: int
    oldest_at: datetime | None
    overdue: int
    next_free_at: datetime | None


_WHY = {
    RouteReason.NO_MODEL: "There is no model yet: people decide every event.",
    RouteReason.STOPPED: "Automation is stopped: people decide every event.",
    RouteReason.AUDIT: "A random check: about {rate} of the sure cases is given to a person.",
}


def why(reason: RouteReason, probabilities: Mapping[str, float], inclusion: float) -> str:
    """One sentence for the reviewer: why this item is here.

    >>> why(RouteReason.UNCERTAIN, {"stay": 0.52, "leave": 0.48}, 1.0)
    'The model is torn between stay (52 %) and leave (48 %).'
    >>> why(RouteReason.AUDIT, {"stay": 0.9, "leave": 0.1}, 0.05)
    'A random check: about 1 in 20 of the sure cases is given to a person.'
    """
    if reason is RouteReason.UNCERTAIN:
        first, second = sorted(probabilities.items(), key=lambda pair: -pair[1])[:2]
        return (
            f"The model is torn between {first[0]} ({first[1]:.0%}) "
            f"and {second[0]} ({second[1]:.0%}).".replace("%", " %")
        )
    return _WHY[reason].format(rate=f"1 in {round(1 / inclusion)}")


def shown_prediction(
    reason: RouteReason, probabilities: Mapping[str, float]
) -> Mapping[str, float] | None:
    """What the reviewer may see of the prediction; audits are blind, or they would be echoes."""
    return probabilities if reason is RouteReason.UNCERTAIN else None
