"""What people do in the review service, wired without its doors."""

from prometheus_client import CollectorRegistry

from services.review.metrics import Metrics
from services.review.ports import Bell, Store
from services.review.use_cases.appealing import Appeal
from services.review.use_cases.claiming import Claiming
from services.review.use_cases.concluding import Conclude
from services.review.use_cases.deadlines import MeetDeadlines
from services.review.use_cases.deciding import DecideItem
from services.review.use_cases.queues import WorkQueues
from services.review.use_cases.routing import RoutePredictions
from services.review.use_cases.undoing import RevokeAnswers, UndoVote
from shared.clock import Clock

KEY = b"k" * 32


class Workers:
    """Routing, claiming, answering and looking again, on any store."""

    def __init__(
        self, store: Store, bell: Bell, clock: Clock, metrics: Metrics | None = None
    ) -> None:
        metrics = metrics or Metrics(CollectorRegistry())
        claiming, conclude = Claiming(KEY), Conclude(metrics)
        self.route = RoutePredictions(store, bell, metrics, clock, KEY)
        self.queues = WorkQueues(store, clock, claiming)
        self.decide = DecideItem(store, bell, metrics, clock, claiming, conclude)
        self.undo = UndoVote(store, clock, claiming, conclude)
        self.revoke = RevokeAnswers(store, bell, clock, conclude)
        self.appeal = Appeal(store, clock)
        self.meet_deadlines = MeetDeadlines(store, bell, metrics, clock)
