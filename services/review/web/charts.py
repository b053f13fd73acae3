"""Pictures for those who would rather look than read; the numbers stand beside them."""

from collections.abc import Sequence
from dataclasses import dataclass

WIDTH, HEIGHT = 320, 80
"""Of a picture, in its own units."""
_EDGE = 4


@dataclass(frozen=True, slots=True)
class Line:
    """A figure over versions.

    Attributes:
        points: `x,y x,y ...` for a polyline in a picture of WIDTH x HEIGHT.
    """

    name: str
    points: str
    first: float
    last: float
    lowest: float
    highest: float


def line_of(name: str, values: Sequence[tuple[float, float]]) -> Line:
    """A line through values, given as (x, y) in the order of x; at least one.

    >>> line_of("error", [(1, 0.5), (2, 0.25), (3, 0.25)]).points
    '4.0,4.0 160.0,76.0 316.0,76.0'
    """
    xs, ys = zip(*values, strict=True)
    wide, high = (max(xs) - min(xs)) or 1, (max(ys) - min(ys)) or 1
    points = " ".join(
        f"{_EDGE + (x - min(xs)) / wide * (WIDTH - 2 * _EDGE):.1f},"
        f"{_EDGE + (max(ys) - y) / high * (HEIGHT - 2 * _EDGE):.1f}"
        for x, y in values
    )
    return Line(name.replace("_", " "), points, ys[0], ys[-1], min(ys), max(ys))
