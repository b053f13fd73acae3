"""Events over HTTP: the same streams, for senders without Redis."""

from collections.abc import Sequence

from services.review.errors import NotFound
from services.review.ports import Publisher, Store
from shared.clock import Clock
from shared.events import EventType, PredictionMade, ScoringRequested, announce


class SendEvents:
    """Put events on their stream; what is accepted is in Redis."""

    def __init__(self, store: Store, publisher: Publisher, clock: Clock) -> None:
        self._store = store
        self._publisher = publisher
        self._clock = clock

    def __call__(
        self,
        project: str,
        kind: EventType,
        payloads: Sequence[ScoringRequested] | Sequence[PredictionMade],
        sender: str,
    ) -> int:
        """How many were accepted: all.

        Raises:
            NotFound: no such project.
        """
        with self._store.read() as transaction:
            if transaction.projects.get(project) is None:
                raise NotFound(f"there is no project {project!r}; apply its file first")
        now = self._clock.now()
        self._publisher.publish(
            [
                announce(
                    kind,
                    payload,
                    project=project,
                    identity=payload.event_id,
                    source=f"http/{sender}",
                    time=now,
                )
                for payload in payloads
            ]
        )
        return len(payloads)
