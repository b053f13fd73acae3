"""Whether more waits than people can answer, and what may be decided without them."""

from collections.abc import Collection
from dataclasses import dataclass

from shared.events import RouteReason
from shared.project import Capacity, Fallback, SafeDefault

_FOR_PEOPLE = frozenset({RouteReason.AUDIT, RouteReason.RULE, RouteReason.STOPPED})
"""A check that is skipped would break the promise; the others are people's on purpose."""

_BEYOND_THE_MODEL = frozenset({RouteReason.NO_MODEL, RouteReason.NOVEL})


@dataclass(frozen=True, slots=True)
class Load:
    """What waits, beside what people can answer.

    Attributes:
        capacity: as the policy declares it.
        waiting: events that wait without any decision.
    """

    capacity: Capacity
    waiting: int

    @property
    def excess(self) -> int:
        """How many wait too many.

        >>> Load(Capacity(answers_an_hour=10, hours=2), waiting=25).excess
        5
        """
        return max(0, self.waiting - self.capacity.most_waiting)

    @property
    def is_over(self) -> bool:
        """Whether what the policy chose for too much work is active."""
        return self.excess > 0


def spared(fallback: Fallback | SafeDefault) -> Collection[RouteReason]:
    """Why events were routed to people that wait for them under any load."""
    return _FOR_PEOPLE if isinstance(fallback, SafeDefault) else _FOR_PEOPLE | _BEYOND_THE_MODEL
