"""Events over HTTP: accepted means kept in the database, from which they leave for their stream."""

from collections.abc import Sequence

from services.review.errors import NotFound
from services.review.ports import Bell, Store
from shared.clock import Clock
from shared.events import EventType, PredictionMade, ScoringRequested, announce


class SendEvents:
    """Accept events: each is remembered until it is routed."""

    def __init__(self, store: Store, bell: Bell, clock: Clock) -> None:
        self._store = store
        self._bell = bell
        self._clock = clock

    def __call__(
        self,
        project: str,
        kind: EventType,
        payloads: Sequence[ScoringRequested] | Sequence[PredictionMade],
        sender: str,
        traceparent: str | None = None,
    ) -> int:
        """How many were accepted: all, once this returns.

        An event that waits already leaves once more: if its content differs, that is found and
        refused where it is routed.

        Raises:
            NotFound: no such project.
        """
        now = self._clock.now()
        with self._store.write() as transaction:
            if transaction.projects.get(project) is None:
                raise NotFound(f"there is no project {project!r}; apply its file first")
            events = [
                announce(
                    kind,
                    payload,
                    project=project,
                    identity=payload.event_id,
                    source=f"http/{sender}",
                    time=now,
                ).placed(traceparent)
                for payload in payloads
            ]
            transaction.accepted.add(events, now)
            transaction.outbox.put(events)
        self._bell.ring()
        return len(payloads)
