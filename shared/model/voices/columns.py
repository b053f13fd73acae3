"""Voices that know some of very many columns."""

import numpy as np
from numpy.typing import NDArray


def places_of(columns: NDArray[np.int32], width: int) -> NDArray[np.int32]:
    """Where the row of each of `width` columns is; all unknown ones share the row after the last.

    >>> places_of(np.array([2, 0], np.int32), 4).tolist()
    [1, 2, 0, 2]
    """
    places = np.full(width, len(columns), np.int32)
    places[columns] = np.arange(len(columns), dtype=np.int32)
    return places
