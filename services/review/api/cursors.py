"""Where the next page of a list begins, in a form that says nothing and promises nothing.

A cursor names a place, not a count: what comes in meanwhile moves nothing from page to page.
"""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Awaitable, Callable
from typing import Annotated, Any

from fastapi import Query
from pydantic import Field

from services.review.errors import Invalid

MOST = 500
LARGEST = 2**53 - 1
"""Beyond it, not every reader of JSON is exact."""

Limit = Annotated[int, Query(ge=1, le=MOST, description="At most so many.")]
CursorText = Annotated[
    str | None,
    Query(
        max_length=600,
        description="`next_cursor` of the page before, as it came; without it, the first page.",
    ),
]
Before = Annotated[int | None, Query(ge=1, le=LARGEST, description="Only ids below this one.")]
NextCursor = Annotated[
    str | None, Field(description="The `cursor` of the next page; null: this is the last one.")
]


def written(listing: str, *place: str | int) -> str:
    """A cursor for a place in a list.

    >>> read("users", written("users", "ada"), str)
    ['ada']
    """
    text = json.dumps([listing, *place], separators=(",", ":"))
    return urlsafe_b64encode(text.encode()).decode().rstrip("=")


def read(listing: str, cursor: str, *kinds: type) -> list[Any]:
    """The place that a cursor names.

    Raises:
        Invalid: no cursor of this list.
    """
    try:
        given: object = json.loads(urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (ValueError, TypeError) as error:
        raise not_ours() from error
    place = given[1:] if isinstance(given, list) and given[:1] == [listing] else [None]
    if [type(part) for part in place] != list(kinds) or not all(map(_is_kept, place)):
        raise not_ours()
    return place


def below(listing: str) -> Callable[[CursorText, Before], Awaitable[int | None]]:
    """What a list that is ordered by id, newest first, depends on: the id before which to begin."""

    async def place(cursor: CursorText = None, before: Before = None) -> int | None:
        if cursor is None:
            return before
        if before is not None:
            raise Invalid("cursor, before: give one of them")
        return int(read(listing, cursor, int)[0])

    return place


def _is_kept(part: str | int) -> bool:
    return part.isprintable() if isinstance(part, str) else 0 <= part <= LARGEST


def not_ours() -> Invalid:
    """The refusal of a cursor, with the cure."""
    return Invalid(
        "cursor: this list gave no such one; begin without `cursor`, then send `next_cursor` of "
        "each answer as it came"
    )
