"""Looking things up: the record of a decision, reports."""

import heapq
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from services.review.domain.access import User
from services.review.domain.capacity import Load
from services.review.domain.ledger import Entry, Kind, Stretch
from services.review.domain.queue import queues_of
from services.review.domain.report import Tally, tally
from services.review.domain.versions import Version
from services.review.errors import NotFound
from services.review.ports import Store
from services.review.use_cases.blinding import keep_blind
from services.review.use_cases.pages import Page
from services.review.use_cases.proving import ProveRecord
from services.review.use_cases.relieving import load_of
from shared.clock import Clock
from shared.events import DecidedBy

_STORY = (
    Kind.ROUTED,
    Kind.VOTED,
    Kind.WITHDRAWN,
    Kind.ESCALATED,
    Kind.DECIDED,
    Kind.CORRECTED,
    Kind.APPEALED,
    Kind.DOUBTED,
    Kind.AUDITED,
    Kind.ERASED,
)


@dataclass(frozen=True, slots=True)
class Report:
    """How a project stands.

    Attributes:
        load: what waits beside what people can answer; None: the policy declares no capacity.
    """

    tally: Tally
    waiting: int
    leased: int
    model: Version | None
    load: Load | None


class ReadRecords:
    """What anybody with the right to read may ask."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self.prove = ProveRecord(store)

    def story(self, project: str, event_id: str, reader: User) -> Sequence[Entry]:
        """All that is recorded of one event, oldest first.

        Raises:
            NotFound: the project has no such event.
            StillToAnswer: the reader may still be asked about it.
        """
        with self._store.read() as transaction:
            entries = transaction.ledger.story(project, event_id, _STORY)
            keep_blind(transaction, project, event_id, reader)
        if not entries:
            raise NotFound(f"project {project!r} has no event {event_id!r}")
        return entries

    def report(self, project: str) -> Report:
        """Counts of a project, and the model version in force."""
        with self._store.read() as transaction:
            state = transaction.projects.get(project)
            if state is None:
                raise NotFound(f"there is no project {project!r}")
            now = self._clock.now()
            queues = [transaction.items.state(name, now) for name in queues_of(project)]
            return Report(
                tally(transaction.ledger.tally(project)),
                sum(queue.depth for queue in queues),
                sum(queue.leased for queue in queues),
                transaction.models.champion(project),
                load_of(transaction, state),
            )

    def decisions(self, project: str, by: Collection[DecidedBy], stretch: Stretch) -> Page[Entry]:
        """Decisions of a project, in the order of the stretch; amendments are entries of their own.

        Each sort of decision is read along its own stretch of the index, then they are merged.
        """
        more = replace(stretch, limit=stretch.limit + 1)
        with self._store.read() as transaction:
            if transaction.projects.get(project) is None:
                raise NotFound(f"there is no project {project!r}")
            found = [transaction.ledger.decisions(project, each, more) for each in by]
        upwards = stretch.after is not None
        merged = heapq.merge(*found, key=lambda entry: entry.sequence, reverse=not upwards)
        return Page.of([*islice(merged, more.limit)], stretch.limit)
