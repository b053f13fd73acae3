"""A publisher that remembers, and that can be away."""

from collections.abc import Mapping, Sequence

from services.retrainer.domain.steps import IN_FORCE
from shared.errors import Unavailable
from shared.events import CloudEvent, EventType, ModelChanged


class FakePublisher:
    """Implements `services.retrainer.ports.Publisher`."""

    def __init__(self) -> None:
        self.events: list[CloudEvent] = []
        self.remembered: dict[str, int] = {}
        self.away = False

    def publish(self, events: Sequence[CloudEvent]) -> None:
        if self.away:
            raise Unavailable("Redis does not answer")
        self.events.extend(events)
        for event in events:
            if event.type in IN_FORCE and isinstance(event.data, ModelChanged):
                self.remembered[event.project] = event.data.version

    def announced(self) -> Mapping[str, int]:
        if self.away:
            raise Unavailable("Redis does not answer")
        return self.remembered

    def versions(self, kind: EventType = EventType.MODEL_PROMOTED) -> list[ModelChanged]:
        """What was said about versions."""
        return [e.data for e in self.events if e.type is kind and isinstance(e.data, ModelChanged)]
