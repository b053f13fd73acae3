"""Figures in the words of our pages."""

from datetime import datetime

from services.review.domain.queue import QueueState, is_for_leads

_MINUTE, _HOUR, _DAY = 60, 3600, 86_400
_SHORT = 100
"""Smaller figures are told to three digits."""


def span(seconds: float) -> str:
    """A time that passes, as people say it.

    >>> [span(s) for s in (0, 59, 60, 3599, 3600, 9000, 200_000)]
    ['0 s', '59 s', '1 min', '59 min', '1 h', '2 h 30 min', '2 d 7 h']
    """
    whole = max(0, int(seconds))
    if whole < _MINUTE:
        return f"{whole} s"
    if whole < _HOUR:
        return f"{whole // _MINUTE} min"
    large, unit, small, less = (
        (_HOUR, "h", _MINUTE, "min") if whole < _DAY else (_DAY, "d", _HOUR, "h")
    )
    rest = whole % large // small
    return f"{whole // large} {unit}" + (f" {rest} {less}" if rest else "")


def whole(events: float) -> str:
    """How many events, as people say it.

    >>> [whole(n) for n in (0.4, 1234.6, -7.6, -0.4)]
    ['0', '1,235', '-8', '0']
    """
    return f"{round(events):,}"


def told(value: float, unit: str) -> str:
    """A figure with its unit (`share`, `events`, `s` or `cost`), as people say it.

    >>> told(0.0512, "share"), told(79.26, "events"), told(0.4, "events"), told(7.24, "s")
    ('5.1 %', '79.3', '0.4', '7.24 s')
    >>> told(3900.0, "s"), told(1234.5, "cost"), told(0.123456, "cost")
    ('1 h 5 min', '1,234', '0.123')
    """
    if unit == "share":
        return f"{100 * value:.1f} %"
    if unit == "s" and value >= _MINUTE:
        return span(value)
    number = f"{value:.3g}" if abs(value) < _SHORT else f"{value:,.0f}"
    return f"{number} s" if unit == "s" else number


def others(queue: str) -> str:
    """Why somebody gets nothing of what waits in a queue, and who does.

    >>> others("churn")
    'What waits you have answered, passed on or practised already; others have to answer it.'
    """
    mine = "What waits you have answered, passed on or practised already"
    if is_for_leads(queue):
        return f"{mine}; another lead has to settle it. An admin adds one: handraise user add."
    return f"{mine}; others have to answer it."


def standing(state: QueueState, now: datetime) -> str:
    """Whether there is something to do in a queue, and if not, why."""
    if not state.depth:
        return "Nothing waits"
    if state.free:
        return f"{state.leased} held" if state.leased else "Nobody is at it"
    if state.next_free_at is None:
        return "All held"
    return (
        f"All held, next free in {span((state.next_free_at - now).total_seconds())} at the latest"
    )
