"""Which items are so alike that one look is enough for all of them; `alike.js` groups alike."""

import json
import math
import re

from services.review.domain.similarity import Features

_FIGURES = re.compile("[0-9]+")
_COUNTING = 2
"""Figures of a number that count."""


def essence(features: Features) -> str:
    """Features without what makes near-identical ones differ.

    That is: capitals, digits and spaces of texts, the last figures of numbers.

    >>> essence({"n": 123.4, "text": "Order  17 is LATE"})
    '{"n": 120.0, "text": "order # is late"}'
    """
    return json.dumps({name: _essence(value) for name, value in sorted(features.items())})


def _essence(value: object) -> object:
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, int | float):
        return float(f"{value:.{_COUNTING}g}") if math.isfinite(value) else str(value)
    return " ".join(_FIGURES.sub("#", str(value).lower()).split())
