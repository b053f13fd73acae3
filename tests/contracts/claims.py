"""How contracts claim: as the use case does, but in the order of the database alone."""

from datetime import datetime, timedelta

from services.review.domain.queue import Lease
from services.review.ports import Hold, Transaction
from tests.builders import NOON

MINUTE = timedelta(minutes=1)
LATER = NOON + 5 * MINUTE


def claim(
    transaction: Transaction, who: str, limit: int = 1, now: datetime = NOON, queue: str = "churn"
) -> list[Lease]:
    """Leases on the slots of the lowest rank, for five minutes."""
    found = transaction.leases.candidates(queue, who, now, now, limit)
    hold = Hold(who, now + 5 * MINUTE, sees_model=True)
    granted = [transaction.leases.grant(candidate, hold, now) for candidate in found]
    return [lease for lease in granted if lease][:limit]
