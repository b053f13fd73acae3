"""How contracts claim, as the use case does, but in the order of the database alone; and vote."""

from datetime import datetime, timedelta

from services.review.domain.queue import Item, Lease
from services.review.domain.votes import Ballot
from services.review.ports import Hold, Transaction
from services.review.use_cases.claiming import behind
from tests.builders import NOON

MINUTE = timedelta(minutes=1)
LATER = NOON + 5 * MINUTE


def claim(
    transaction: Transaction, who: str, limit: int = 1, now: datetime = NOON, queue: str = "churn"
) -> list[Lease]:
    """Leases on the slots of the lowest rank, for five minutes."""
    found = transaction.leases.candidates(queue, who, now, now, limit)
    hold = Hold(who, now + 5 * MINUTE, always)
    granted: list[Lease] = []
    while len(granted) < limit and (lease := transaction.leases.grant(found, hold, now)):
        granted.append(lease)
        found = behind(found, lease)
    return granted


def always(_: Item) -> bool:
    """Who sees the model's answer on every item."""
    return True


def never(_: Item) -> bool:
    """Who sees it on none."""
    return False


def a_ballot(item_id: int, number: int, reviewer: str = "ada", **changes: object) -> Ballot:
    """An answer, with everything unimportant filled in."""
    content: dict[str, object] = {
        "item_id": item_id,
        "round": 1,
        "number": number,
        "reviewer": reviewer,
        "label": "stay",
        "comment": "clear",
        "reason_code": None,
        "seconds_spent": 1.5,
        "at": NOON + number * MINUTE,
        "lease_id": f"lease-{number}",
        "saw_model": True,
    }
    return Ballot(**(content | changes))  # type: ignore[arg-type]
