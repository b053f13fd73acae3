"""What is needed to erase what describes an event."""

from collections.abc import Collection
from typing import Protocol

from services.review.domain.seals import Stored


class Erasing(Protocol):
    """The parts of the store in which events are described."""

    def blank(self, entry: Stored, rest: str, commitment: str) -> None:
        """Keep of an entry what is not personal, and the commitment to what was."""
        ...

    def forget(self, project: str, event_ids: Collection[str]) -> int:
        """Erase what was said and kept of events beside the ledger; how many dead letters."""
        ...


class Remains(Protocol):
    """Where traces of what was erased may be left."""

    def remove(self, project: str, event_ids: Collection[str]) -> int:
        """Take documents about events out of the streams; how many.

        Raises:
            Unavailable: Redis does not answer.
        """
        ...

    def scrub(self) -> None:
        """Let the database's files hold no traces of what was deleted.

        Raises:
            Unavailable: somebody reads or writes all the time.
        """
        ...
