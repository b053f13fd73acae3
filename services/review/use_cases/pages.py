"""A part of a list that may be long."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, Self, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """Some of a list, and whether more follow."""

    items: Sequence[T]
    more: bool

    @classmethod
    def of(cls, found: Sequence[T], limit: int) -> Self:
        """The first `limit` of what was found, of which one more was asked for.

        >>> Page.of("abc", 2)
        Page(items='ab', more=True)
        """
        return cls(found[:limit], len(found) > limit)

    @property
    def last(self) -> T | None:
        """Where the next page begins, if there is one."""
        return self.items[-1] if self.more else None
