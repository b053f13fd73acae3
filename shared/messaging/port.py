"""What a service asks of whatever brings it events: the port behind which Redis Streams are.

Decision 33 says what would differ with Kafka, and what stands beside this port.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from shared.errors import Unavailable
from shared.messaging.batch import Channel, Settlement

RawEntry = tuple[bytes, dict[bytes, bytes]]
"""An entry's id, and its fields, of which one is the document."""


class NoGroup(Unavailable):
    """Nobody has begun to read this stream as our group, or it was forgotten: `begin`."""


@dataclass(frozen=True, slots=True)
class Pending:
    """An entry that somebody read and has not acknowledged."""

    id: bytes
    deliveries: int


@dataclass(frozen=True, slots=True)
class GroupState:
    """How a group stands.

    Attributes:
        lag: entries that it has not read.
        pending: entries read and not acknowledged.
        lost: whether entries were deleted before it read them.
    """

    lag: int
    pending: int
    lost: bool


class Lane(Protocol):
    """One stream (or one partition of it), as one consumer of a group reads it.

    Every call raises Unavailable while the server is away or full, and may then be repeated.
    """

    @property
    def channel(self) -> Channel:
        """From where entries come, and where what follows from them goes."""
        ...

    @property
    def name(self) -> str:
        """What the others of the group know this consumer by."""
        ...

    async def begin(self) -> None:
        """Begin to read as a group: from where it was, else from the first entry."""
        ...

    async def read(self, count: int) -> list[RawEntry]:
        """Entries that nobody in the group has read, at most `count`; waits a moment for them.

        Raises:
            NoGroup: the group has not begun.
        """
        ...

    async def left(self, count: int) -> Sequence[Pending]:
        """Unacknowledged entries that their reader has left alone; counts no delivery."""
        ...

    async def take_over(self, ids: Sequence[bytes]) -> list[RawEntry]:
        """Entries that were left, if they still are; counts a delivery of each."""
        ...

    async def hold(self, ids: Collection[bytes]) -> None:
        """These are in hand, not left, as far as nobody else has taken them over."""
        ...

    async def fetch(self, identity: bytes) -> Mapping[bytes, bytes]:
        """The fields of one entry; empty if it was deleted."""
        ...

    async def settle(self, settlement: Settlement, now: datetime) -> None:
        """Acknowledge and publish: both or neither for each entry, once however often said."""
        ...

    async def look(self) -> GroupState:
        """How the group stands; what is needed to begin again there is noted."""
        ...

    async def trim(self, keep: int) -> None:
        """Delete what all groups are done with, if there are more than `keep` entries."""
        ...

    async def downstream(self) -> int:
        """How far the slowest reader of what we publish is behind; 0 if we publish nothing."""
        ...


class Broadcast(Protocol):
    """Streams that each reader reads whole, from a position of its own.

    Every call raises Unavailable while the server is away, and may then be repeated.
    """

    async def read(
        self, positions: Mapping[str, bytes | None], count: int, *, wait: bool
    ) -> Mapping[str, Sequence[RawEntry]]:
        """Entries after each stream's position, at most `count` a stream, where there are any.

        Args:
            positions: the id of an entry of each stream; None is before the first.
            count: the most of each.
            wait: whether to wait a moment for one, if there is none.
        """
        ...

    async def fetch(self, name: str, identity: bytes) -> Mapping[bytes, bytes]:
        """The fields of one entry of a stream; empty if it is not there any more."""
        ...
