"""Time zones by their names."""

from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import Query

from services.review.errors import Invalid

Zone = Annotated[str, Query(max_length=64, description="Of whose days: as in Europe/Berlin.")]


def zone_of(name: str) -> ZoneInfo:
    """The zone of that name in the IANA database.

    Raises:
        Invalid: there is none.

    >>> zone_of("Europe/Berlin").key
    'Europe/Berlin'
    """
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise Invalid(f"there is no time zone {name!r}; give one as in Europe/Berlin") from error
