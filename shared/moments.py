"""Moments as events and requests write them."""

import re
from datetime import UTC, datetime
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime, BeforeValidator

_RFC_3339 = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:?\d\d)", re.ASCII)


def _rfc_3339(value: object) -> object:
    """Refuse what pydantic would guess a time from: counts of seconds, other notations."""
    if isinstance(value, datetime) or (isinstance(value, str) and _RFC_3339.fullmatch(value)):
        return value
    raise ValueError("write it as in RFC 3339 with an offset, e.g. 2026-01-31T09:30:00Z")


def in_utc_range(value: datetime) -> datetime:
    """Refuse the few hours around the years 1 and 9999 that no database can hold in UTC.

    Raises:
        ValueError: the moment cannot be said in UTC.
    """
    try:
        value.astimezone(UTC)
    except OverflowError as error:
        raise ValueError("the moment lies outside of the years 1 to 9999 in UTC") from error
    return value


Moment = Annotated[AwareDatetime, BeforeValidator(_rfc_3339), AfterValidator(in_utc_range)]
