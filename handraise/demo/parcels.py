"""Parcels that are sorted onto two shelves, until one day the shelves are swapped.

Made up, so that the turn is sharp and its moment known: from then on all that was learned is wrong.
"""

import math
import random
from collections.abc import Iterator
from typing import NamedTuple

SHELVES = ("left", "right")
PARCELS = 20_000
TURN = 2_500
"""So many parcels come before the shelves are swapped."""

_SEED = 20_250_101
_FRAGILE_SHARE = 0.3
_COUNTRIES = {"AT": -1.5, "CH": -0.5, "DE": 0.0, "FR": 0.5, "IT": 1.5}


class Parcel(NamedTuple):
    """What is known of a parcel, and its shelf."""

    weight_kg: float
    length_cm: float
    country: str
    fragile: bool
    shelf: str


def parcels() -> Iterator[Parcel]:
    """All parcels, always the same; about one in twelve lies where nobody could have known."""
    chance = random.Random(_SEED)  # noqa: S311 - test data
    for number in range(PARCELS):
        weight = round(chance.lognormvariate(1.0, 0.7), 2)
        length = round(chance.uniform(10, 120), 1)
        country = chance.choice(list(_COUNTRIES))
        fragile = chance.random() < _FRAGILE_SHARE
        pull = 4 * math.log(weight) + (length - 65) / 12 + 2 * _COUNTRIES[country]
        pull += 3 * fragile - 5
        is_right = chance.random() < 1 / (1 + math.exp(-pull))
        shelf = SHELVES[is_right if number < TURN else not is_right]
        yield Parcel(weight, length, country, fragile, shelf)
