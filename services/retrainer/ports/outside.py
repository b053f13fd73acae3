"""Who is told of what happens."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from shared.events import CloudEvent


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
