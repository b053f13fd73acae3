"""What a consumer has in hand, and saying so while work on it takes long.

Other consumers take over what lies idle. An entry whose consumer waits for its database is not
left behind, and each needless take-over would count as one more failed try.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from shared.messaging.port import Lane, RawEntry


@dataclass(slots=True)
class Holding:
    """The entries that were fetched and are not settled yet."""

    _ids: set[bytes] = field(default_factory=set)
    _long_held: set[bytes] = field(default_factory=set)

    def __len__(self) -> int:
        return len(self._ids)

    def take(self, entries: Iterable[RawEntry]) -> None:
        """These were fetched."""
        self._ids.update(identity for identity, _ in entries)

    def let_go(self, entries: Iterable[RawEntry]) -> None:
        """These are settled, or left to be tried again."""
        self._ids.difference_update(identity for identity, _ in entries)

    async def renew(self, lane: Lane) -> None:
        """Renew the hold on entries that were in hand at the last call already.

        What somebody else took over meanwhile is his.
        """
        held = self._long_held & self._ids
        self._long_held = set(self._ids)
        if held:
            await lane.hold(held)
