"""Which item comes first: the most urgent, then the one whose answer is worth most.

An item's rank is its time of arrival, less the time that its worth puts it ahead of others.
Waiting adds the same to every item each second, so the order of two items never changes by
itself: an index over ranks that were computed on arrival stays right for ever, and an item of no
value still comes before the most valuable one that arrives `aging_seconds` later.
"""

from collections.abc import Mapping
from datetime import datetime

from services.review.domain.queue import Candidate, Worth
from shared.events import RouteReason
from shared.project import Order

AUDITS_FIRST = 30 * 86_400.0
"""Seconds by which a random check goes before others: while it waits, automation waits."""


def value(worth: Worth, order: Order, shares: Mapping[str, float]) -> float:
    """What an answer is worth, 0..1: cost times doubt, raised for rare labels and novel events.

    Args:
        worth: what the prediction tells.
        order: the project's costs.
        shares: how often each label was decided, as shares of all.

    >>> value(Worth("leave", doubt=0.5), Order(), {}), value(Worth("leave", doubt=0.1), Order(), {})
    (0.125, 0.025)
    """
    dearest = max([1.0, *order.error_cost.values()])
    cost = order.error_cost.get(worth.predicted, 1.0) / dearest
    usual = 1 / len(shares) if shares else 0.0
    rarity = max(0.0, 1 - shares.get(worth.predicted, 0.0) / usual) if usual else 0.0
    return worth.doubt * cost * (1 + worth.novelty) * (1 + rarity) / 4


def rank(
    worth: Worth,
    reason: RouteReason,
    received_at: datetime,
    order: Order,
    shares: Mapping[str, float],
) -> float:
    """The place among items that are not urgent, in seconds; the lowest comes first."""
    ahead = AUDITS_FIRST if reason is RouteReason.AUDIT else 0.0
    return received_at.timestamp() - value(worth, order, shares) * order.aging_seconds - ahead


def precedence(
    candidate: Candidate, urgent_until: datetime, order: Order, shares: Mapping[str, float]
) -> tuple[int, float, int]:
    """A key by which candidates are tried, the smallest first.

    Args:
        candidate: who could be next.
        urgent_until: an earlier deadline goes before everything, the earliest first.
        order: the project's costs as they are now.
        shares: how often each label was decided.
    """
    item = candidate.item
    if item.deadline is not None and item.deadline <= urgent_until:
        return 0, item.deadline.timestamp(), candidate.slot
    place = rank(candidate.worth, item.reason, item.received_at, order, shares)
    return 1, place, candidate.slot
