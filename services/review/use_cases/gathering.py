"""Gathering what is alike to items that are held, from as far back in the queue as is quick."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import timedelta

from services.review.domain.access import User
from services.review.domain.alike import essence
from services.review.domain.cases import recall
from services.review.domain.ledger import Kind
from services.review.domain.queue import Candidate, Lease
from services.review.domain.showing import without_withheld
from services.review.errors import NotFound
from services.review.ports import ProjectState, Store, Transaction
from services.review.use_cases.claiming import Claim, Claiming, behind, worked_by
from services.review.use_cases.queues import held_lease
from services.review.use_cases.standing import check_standing
from shared.clock import Clock

_LOOKED_AT = 2000
"""Waiting items; to read more would take longer than people like to wait."""
_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Gathered:
    """Items that are alike to one of those that were held.

    Attributes:
        like: the lease of that one; None where nothing that waits is alike to any.
        looked_at: how many waiting items were compared.
    """

    like: str | None
    claims: Sequence[Claim]
    looked_at: int


class GatherAlike:
    """Leases items out of their turn; gold is dealt among those in their turn only."""

    def __init__(self, store: Store, clock: Clock, claiming: Claiming) -> None:
        self._store = store
        self._clock = clock
        self._claiming = claiming

    def __call__(self, queue: str, leases: Sequence[str], limit: int, reviewer: User) -> Gathered:
        """Lease up to `limit` items that differ from a held one only as near-identical ones do.

        Of several that are held, it is the one to which most of what waits is alike.

        Raises:
            NotFound: no such queue, or the reviewer has no such lease in it.
            Forbidden: the queue is for leads.
            Paused: the reviewer may not work for now.
            NotQualified: the reviewer has an exam to pass first.
        """
        now = self._clock.now()
        with self._store.read() as transaction:
            project = worked_by(transaction, queue, reviewer)
            check_standing(transaction, project.configuration, reviewer)
            wanted = self._wanted(transaction, queue, leases, project, reviewer)
            waiting = transaction.leases.candidates(queue, reviewer.name, now, now, _LOOKED_AT)
            found = _by_essence(transaction, waiting, project, wanted)
        looked_at = len({candidate.item.id for candidate in waiting})
        if not found:
            return Gathered(None, [], looked_at)
        largest = max(wanted, key=lambda kind: len(found.get(kind, ())))
        until = now + timedelta(seconds=project.configuration.lease_seconds)
        hold = self._claiming.hold(reviewer, until, project)
        with self._store.write() as transaction:
            granted: list[Lease] = []
            alike: Sequence[Candidate] = found[largest]
            while alike and len(granted) < limit:
                lease = transaction.leases.grant(alike, hold, now)
                alike = behind(alike, lease)
                granted += [lease] if lease else []
            claims = self._claiming.shown(transaction, granted, project) if granted else []
        return Gathered(wanted[largest], claims, looked_at)

    def _wanted(
        self,
        transaction: Transaction,
        queue: str,
        leases: Sequence[str],
        project: ProjectState,
        reviewer: User,
    ) -> dict[str, str]:
        """By the essence of what is held, the first lease on such."""
        held = [held_lease(transaction, lease, reviewer) for lease in leases]
        wanted: dict[str, str] = {}
        for claim in self._claiming.shown(transaction, held, project) if held else ():
            if claim.lease.queue != queue:
                raise NotFound(f"lease {claim.lease.id!r} is on no item of the queue {queue!r}")
            wanted.setdefault(essence(claim.case.features), claim.lease.id)
        return wanted


def _by_essence(
    transaction: Transaction,
    waiting: Sequence[Candidate],
    project: ProjectState,
    wanted: Collection[str],
) -> dict[str, list[Candidate]]:
    """Those that wait of each wanted essence, each item once."""
    by_event = {candidate.item.event_id: candidate for candidate in waiting}
    events, name = list(by_event), project.configuration.name
    found: dict[str, list[Candidate]] = {}
    for start in range(0, len(events), _AT_ONCE):
        part = events[start : start + _AT_ONCE]
        bodies = transaction.ledger.known(name, Kind.ROUTED, part)
        for event in part:
            case = without_withheld(recall(name, event, bodies[event]), project.configuration)
            kind = essence(case.features)
            if kind in wanted:
                found.setdefault(kind, []).append(by_event[event])
    return found
