"""A batch of stream entries, and what becomes of each."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from msgspec import Struct

from shared.errors import DeadLetter

UNKNOWN_PROJECT = "unknown"

T = TypeVar("T")


class Entry(Struct, frozen=True, gc=False):
    """One stream entry: its id, its JSON document, and how often it was delivered."""

    id: bytes
    document: bytes
    deliveries: int = 1


@dataclass(frozen=True, slots=True)
class Settlement:
    """What a handler made of a batch. An entry in no list stays pending and comes again."""

    published: list[tuple[Entry, bytes]] = field(default_factory=list)
    refused: list[tuple[Entry, DeadLetter, str]] = field(default_factory=list)
    done: list[Entry] = field(default_factory=list)

    def publish(self, entry: Entry, document: bytes) -> None:
        """The entry is done, and this document follows from it."""
        self.published.append((entry, document))

    def refuse(self, entry: Entry, error: DeadLetter, project: str = UNKNOWN_PROJECT) -> None:
        """The entry can never be processed."""
        self.refused.append((entry, error, project))

    def readable(
        self, entries: Sequence[Entry], decode: Callable[[bytes], T]
    ) -> list[tuple[Entry, T]]:
        """The entries that `decode` can read, each with what it read; the others are refused."""
        found: list[tuple[Entry, T]] = []
        for entry in entries:
            try:
                found.append((entry, decode(entry.document)))
            except DeadLetter as error:
                self.refuse(entry, error)
        return found

    def acknowledge(self, entry: Entry) -> None:
        """The entry is done, and its effect is safe elsewhere."""
        self.done.append(entry)


Handler = Callable[[Sequence[Entry]], Awaitable[Settlement]]
"""A service's use of a batch: entries in, their settlement out."""


@dataclass(frozen=True, slots=True)
class Channel:
    """From where entries come, and where what follows from them goes.

    Attributes:
        stream: the key that is read.
        group: the consumer group that reads it.
        dead_letters: the key that keeps what was refused.
        watermarks: the hash that remembers how far each group came.
        source: the service's name.
        output: the key on which documents are published; empty where none are.
        trimmed: whether entries that all groups are done with are deleted.
    """

    stream: str
    group: str
    dead_letters: str
    watermarks: str
    source: str
    output: str = ""
    trimmed: bool = True
