"""Names of the streams, and of the few keys beside them: the whole keyspace is in this file."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from zlib import crc32

FIELD = b"data"
"""The one field of a stream entry; its value is one CloudEvents JSON document."""

FIRST = 0
"""The partition of what is said to all; the only one where streams are not partitioned."""


class Stream(StrEnum):
    """The streams between the services; see docs/reference/streams.md."""

    REQUESTS = "requests"
    PREDICTIONS = "predictions"
    DECISIONS = "decisions"
    CORRECTIONS = "corrections"
    MODELS = "models"
    CONTROL = "control"
    DEAD_LETTERS = "dead-letters"

    def key(self, prefix: str) -> str:
        """The Redis key where streams are not partitioned.

        >>> Stream.REQUESTS.key("handraise")
        'handraise:requests'
        """
        return Keyspace(prefix).key(self)


TO_ALL = frozenset({Stream.CONTROL, Stream.MODELS})
"""Streams that every replica reads whole: they are in the first partition only."""


@dataclass(frozen=True, slots=True)
class Keyspace:
    """Where everything stands in Redis.

    Partitioned, all that belongs to an event has one hash tag, so that a cluster keeps it in one
    slot and a script may touch all of it: `handraise:{3}:requests`, `handraise:{3}:predictions`.

    Attributes:
        prefix: the start of every key.
        partitions: into how many the streams are divided; None if they are not.
    """

    prefix: str
    partitions: int | None = None

    @property
    def numbers(self) -> range:
        """The partitions, of which there is one where streams are not divided."""
        return range(self.partitions or 1)

    def partition(self, event_id: str) -> int:
        """The partition of an event, the same for every sender in every language.

        >>> Keyspace("handraise").partition("customer-17")
        0
        >>> Keyspace("handraise", 12).partition("customer-17") == crc32(b"customer-17") % 12
        True
        """
        return crc32(event_id.encode()) % (self.partitions or 1)

    def key(self, stream: Stream, partition: int = FIRST) -> str:
        """The key of a stream.

        >>> Keyspace("handraise", 12).key(Stream.REQUESTS, 3)
        'handraise:{3}:requests'
        """
        return f"{self._stem(partition)}:{stream.value}"

    def of(self, stream: Stream, subject: str) -> str:
        """The key on which a document about a subject (an event's id, a version) stands."""
        return self.key(stream, FIRST if stream in TO_ALL else self.partition(subject))

    def all(self, stream: Stream) -> tuple[str, ...]:
        """Every key of a stream.

        >>> Keyspace("handraise").all(Stream.REQUESTS)
        ('handraise:requests',)
        """
        numbers = range(1) if stream in TO_ALL else self.numbers
        return tuple(self.key(stream, number) for number in numbers)

    def everything(self) -> Iterator[tuple[Stream, str]]:
        """Every stream with each of its keys."""
        for stream in Stream:
            for key in self.all(stream):
                yield stream, key

    def watermarks(self, partition: int = FIRST) -> str:
        """The hash that remembers how far each consumer group came."""
        return f"{self._stem(partition)}:watermarks"

    def marker(self, partition: int = FIRST) -> str:
        """What review writes into a Redis when it has let everything leave that may be missing."""
        return f"{self._stem(partition)}:marker"

    @property
    def layout(self) -> str:
        """What says into how many partitions the streams are divided."""
        return f"{self.prefix}:partitions"

    def _stem(self, partition: int) -> str:
        return self.prefix if self.partitions is None else f"{self.prefix}:{{{partition}}}"


def tag(key: str) -> str:
    """What of a key decides where it is in a cluster; keys without a tag are nobody's neighbours.

    >>> tag("handraise:{3}:requests"), tag("handraise:requests")
    ('3', '')
    """
    return key.partition("{")[2].partition("}")[0]
