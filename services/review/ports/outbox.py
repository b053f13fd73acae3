"""What must leave, and the bell that says so."""

from collections.abc import Iterable
from typing import Protocol

from shared.streams import Stream


class Leaving(Protocol):
    """An event, of whichever make."""

    @property
    def stream(self) -> Stream:
        """Where it travels."""
        ...

    @property
    def subject(self) -> str:
        """What it is about."""
        ...

    def encode(self) -> bytes:
        """The JSON document, in UTF-8."""
        ...


class Outbox(Protocol):
    """What must leave because of what was written."""

    def put(self, events: Iterable[Leaving]) -> None:
        """Let events leave once the transaction is kept."""
        ...

    def waiting(self, limit: int) -> int:
        """How many documents wait to leave; counted up to a limit."""
        ...

    def put_back(self, originals: Iterable[tuple[str, bytes]]) -> None:
        """Let bytes of any kind, given as (stream key, bytes), leave as they once came."""
        ...


class Bell(Protocol):
    """Wakes the relay, so that the outbox is emptied at once."""

    def ring(self) -> None:
        """Something was put into the outbox; callable from any thread."""
        ...

    def flush(self) -> None:
        """Return when the outbox is empty, or Redis is away (then it leaves later)."""
        ...
