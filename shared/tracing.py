"""Following one event through all services: what they say of it, to whoever listens.

An event carries its place in a trace as `traceparent`, the W3C's notation and an extension of
CloudEvents. What is decided about it later, by whomever, belongs to the place at which it was
routed, which stands in the ledger: so one trace goes on over the pause in which people think.
"""

import re
from collections.abc import Sequence
from typing import Annotated, Protocol

from pydantic import BeforeValidator

_TRACEPARENT = re.compile(r"00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}")


def valid(given: object) -> str | None:
    """A place in a trace, or None: what is none never makes an event fail.

    >>> valid("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01") is not None
    True
    >>> valid("00-0af7"), valid(17)
    (None, None)
    """
    return given if isinstance(given, str) and _TRACEPARENT.fullmatch(given) else None


Traceparent = Annotated[str | None, BeforeValidator(valid)]


class Step(Protocol):
    """Something that has begun.

    Attributes:
        traceparent: its place, for what follows from it; None if nobody follows.
    """

    traceparent: str | None

    def end(self, **about: str | int | float) -> None:
        """It is done; said of it is what `about` names."""
        ...


class Traces(Protocol):
    """Whoever is told."""

    def begin(self, name: str, cause: str | None, also: Sequence[str] = ()) -> Step:
        """A step begins.

        Args:
            name: what is done.
            cause: the place from which it follows; None begins a trace.
            also: other places that led to it.
        """
        ...


class _Unheard:
    """A step that nobody is told of; what follows from it follows from its cause."""

    __slots__ = ("traceparent",)

    def __init__(self, traceparent: str | None) -> None:
        self.traceparent = traceparent

    def end(self, **about: str | int | float) -> None:
        """Nobody listens."""


class Untraced:
    """Implements `Traces` where nobody listens."""

    def begin(self, name: str, cause: str | None, also: Sequence[str] = ()) -> Step:  # noqa: ARG002
        """Nothing is kept but the way it came."""
        return _Unheard(cause)


UNTRACED = Untraced()
