"""Pictures for those who would rather look than read; the numbers stand beside them."""

from collections.abc import Sequence
from dataclasses import dataclass

from services.review.domain.figures import Span

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


@dataclass(frozen=True, slots=True)
class Bar:
    """A figure of one of several weeks, in a picture of WIDTH x HEIGHT.

    Attributes:
        x: its left edge; it is `wide`.
        top: where it begins; it is `high`.
        whisker: the ends of its interval and the middle on which they stand; None: none is known.
    """

    x: float
    wide: float
    top: float
    high: float
    whisker: tuple[float, float, float] | None


def bars_of(values: Sequence[Span]) -> list[Bar]:
    """Bars side by side on a common zero, each with its interval; a value of None is no bar.

    >>> [(bar.x, bar.top, bar.high) for bar in bars_of([Span(1.0), Span(2.0)])]
    [(4.0, 40.0, 36.0), (160.0, 4.0, 72.0)]
    """
    ends = [0.0, *(end for span in values for end in span if end is not None)]
    scale = (HEIGHT - 2 * _EDGE) / ((max(ends) - min(ends)) or 1)
    wide = (WIDTH - 2 * _EDGE) / max(len(values), 1)

    def place(value: float) -> float:
        return round(_EDGE + (max(ends) - value) * scale, 1)

    bars = []
    for number, (value, low, high) in enumerate(values):
        if value is None:
            continue
        x, top = round(_EDGE + number * wide, 1), place(max(value, 0.0))
        known = low is not None and high is not None
        whisker = (
            (round(x + wide * 0.4, 1), place(high or 0.0), place(low or 0.0)) if known else None
        )
        bars.append(Bar(x, round(wide * 0.8, 1), top, place(min(value, 0.0)) - top, whisker))
    return bars


Ends = tuple[float, float, float]
"""The low end of a span, its value and its high end, as places from 0 to 100."""


def beside(one: Span, other: Span) -> tuple[Ends | None, Ends | None]:
    """Two spans on a common scale from 0; None: nothing is known.

    >>> beside(Span(5.0, 4.0, 6.0), Span(8.0, 6.0, 10.0))
    ((40.0, 50.0, 60.0), (60.0, 80.0, 100.0))
    """
    most = max((end for end in (*one, *other) if end is not None), default=0.0) or 1.0

    def place(value: float) -> float:
        return round(100 * value / most, 1)

    def places(span: Span) -> Ends | None:
        if span.value is None:
            return None
        low = 0.0 if span.low is None else span.low
        high = most if span.high is None else span.high
        return place(low), place(span.value), place(high)

    return places(one), places(other)
