"""Where remembered examples lie, kept so that distances to all of them are one product."""

from typing import Self

import numpy as np

from shared.model.yardstick import Points

AGE_BITS = 10
"""At most 2**10 examples are remembered."""
COARSENESS = np.float32(8)
"""Squared distances are told apart by so much: below 2**24, they leave room for an age."""
_UNIT = np.float32(1 << AGE_BITS) / COARSENESS
_ROOM = 512
"""So many examples are put before the others until all are moved once."""


class Remembered:
    """Points, the youngest first. What is remembered stays as it is: `before` gives another.

    |a - b|² is a single product of (a, 1, |a|²) and (-2b, |b|², 1). The second factors stand in
    columns of a table that has room to the left, so that a new example is one more column.
    """

    def __init__(self, table: Points, first: int, last: int) -> None:
        """Take columns of a table; `of` and `before` are the ways in."""
        self._table, self._first, self._last = table, first, last

    @classmethod
    def of(cls, points: Points, room: int = 0) -> Self:
        """These points, shape (examples, coordinates), with room for as many others before."""
        columns = _columns(points)
        table = np.empty((len(columns), room + len(points)), np.float32)
        table[:, room:] = columns
        return cls(table, room, table.shape[1])

    def __len__(self) -> int:
        return self._last - self._first

    @property
    def coordinates(self) -> int:
        """How many each point has."""
        return len(self._table) - 2

    @property
    def points(self) -> Points:
        """The points themselves, shape (examples, coordinates)."""
        points: Points = (self._columns[:-2] / (-2 * _UNIT)).T
        return points

    def before(self, points: Points, most: int) -> Self:
        """Others before these, `most` in all; only the newest of a line is gone on from."""
        count = len(points)
        if count > min(self._first, most):
            return type(self).of(np.concatenate([points, self.points])[:most], _ROOM)
        first = self._first - count
        self._table[:, first : self._first] = _columns(points)
        return type(self)(self._table, first, min(self._last, first + most))

    def distances(self, points: Points) -> Points:
        """Squared distances, above the bits of an age, shape (points, examples)."""
        asked = np.ones((len(points), self.coordinates + 2), np.float32)
        asked[:, :-2], asked[:, -1] = points, _squares(points)
        return asked @ self._columns

    @property
    def _columns(self) -> Points:
        return self._table[:, self._first : self._last]


def _columns(points: Points) -> Points:
    """What points are multiplied with, shape (coordinates + 2, points)."""
    columns = np.ones((points.shape[1] + 2, len(points)), np.float32)
    columns[:-2], columns[-2] = -2 * points.T, _squares(points)
    columns *= _UNIT
    return columns


def _squares(points: Points) -> Points:
    """Of each point's distance from 0."""
    squares: Points = (points * points).sum(axis=1)
    return squares
