"""What people do in the review service, wired without its doors."""

from prometheus_client import CollectorRegistry

from services.review.metrics import Metrics
from services.review.ports import Bell, Store
from services.review.use_cases.deadlines import MeetDeadlines
from services.review.use_cases.desk import Desk
from services.review.use_cases.relieving import RelieveQueues
from services.review.use_cases.routing import RoutePredictions
from services.review.use_cases.thresholds import Thresholds
from shared.clock import Clock
from shared.tracing import UNTRACED, Traces

KEY = b"k" * 32


class Workers(Desk):
    """Routing, claiming, answering and looking again, on any store."""

    def __init__(
        self,
        store: Store,
        bell: Bell,
        clock: Clock,
        metrics: Metrics | None = None,
        thresholds: Thresholds | None = None,
        traces: Traces = UNTRACED,
    ) -> None:
        metrics = metrics or Metrics(CollectorRegistry())
        super().__init__(store, bell, metrics, clock, KEY, traces)
        self.queues = self.work
        chosen = thresholds or Thresholds(store, metrics, clock)
        self.route = RoutePredictions(store, bell, metrics, clock, KEY, chosen)
        self.meet_deadlines = MeetDeadlines(store, bell, metrics, clock)
        self.relieve = RelieveQueues(store, bell, metrics, clock)
