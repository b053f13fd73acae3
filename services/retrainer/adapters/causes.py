"""From corrections to the version that learned them, for whoever follows an event."""

import threading
from collections import defaultdict, deque
from collections.abc import Mapping, Sequence

from services.retrainer.ports import Publisher
from shared.events import CloudEvent
from shared.tracing import Traces

_MOST = 128
"""So many places are named as causes of a version: as many links as a span usually keeps."""


class Causes:
    """Implements `ports.Publisher` before another: each version goes on from its corrections.

    They are kept in memory only, so after a restart a version may begin a trace of its own.
    """

    def __init__(self, publisher: Publisher, traces: Traces) -> None:
        self._publisher = publisher
        self._traces = traces
        self._lock = threading.Lock()
        self._newest: defaultdict[str, deque[str]] = defaultdict(lambda: deque(maxlen=_MOST))

    def note(self, event: CloudEvent) -> None:
        """A correction is recorded; the next version of its project will have learned it."""
        step = self._traces.begin("record", event.traceparent)
        step.end(project=event.project)
        if step.traceparent is not None:
            with self._lock:
                self._newest[event.project].append(step.traceparent)

    def publish(self, events: Sequence[CloudEvent]) -> None:
        """All of them, in order, each with its place after the newest correction."""
        self._publisher.publish([self._placed(event) for event in events])

    def announced(self) -> Mapping[str, int]:
        """The version that was announced last of each project."""
        return self._publisher.announced()

    def _placed(self, event: CloudEvent) -> CloudEvent:
        with self._lock:
            causes = list(self._newest.pop(event.project, ()))
        newest = causes[-1] if causes else None
        step = self._traces.begin("publish", newest, causes[:-1])
        step.end(project=event.project, version=event.subject)
        return event.placed(step.traceparent)
