"""Names of the streams. Every key starts with the installation's prefix."""

from enum import StrEnum

FIELD = b"data"
"""The one field of a stream entry; its value is one CloudEvents JSON document."""


def watermarks_key(prefix: str) -> str:
    """The hash that remembers how far each consumer group came."""
    return f"{prefix}:watermarks"


def marker_key(prefix: str) -> str:
    """What review writes into a Redis when it has let everything leave that may be missing."""
    return f"{prefix}:marker"


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
        """The Redis key.

        >>> Stream.REQUESTS.key("handraise")
        'handraise:requests'
        """
        return f"{prefix}:{self.value}"
