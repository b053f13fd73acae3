"""The review service with its reconciler, without doors: stepped by hand."""

from datetime import timedelta

from prometheus_client import CollectorRegistry

from services.review.domain.access import Role, User
from services.review.domain.reconciling import GapKind
from services.review.domain.votes import Answer
from services.review.metrics import Metrics
from services.review.use_cases.claiming import Wish
from services.review.use_cases.models import RecordModels
from services.review.use_cases.projects import KeepProjects
from services.review.use_cases.reconciling import Reconcile
from services.review.use_cases.republishing import Republish
from services.review.use_cases.sending import SendEvents
from shared.events import (
    CloudEvent,
    EventType,
    ModelChanged,
    ScoringRequested,
    announce,
)
from tests.builders import a_prediction, features
from tests.fakes.bell import FakeBell
from tests.fakes.clock import FakeClock
from tests.fakes.review_history import FakeTransport
from tests.fakes.review_store import FakeStore
from tests.fakes.review_workers import Workers

ADA = User("ada", Role.REVIEWER)
OPS = User("olga", Role.OPS)


class Desk:
    """The review service with its reconciler, without doors."""

    def __init__(self) -> None:
        self.store, self.bell, self.clock = FakeStore(), FakeBell(), FakeClock()
        self.registry, self.redis = CollectorRegistry(), FakeTransport()
        metrics = Metrics(self.registry)
        self.projects = KeepProjects(self.store, self.bell, self.clock)
        self.send = SendEvents(self.store, self.bell, self.clock)
        self.workers = Workers(self.store, self.bell, self.clock, metrics)
        self.route, self.queues = self.workers.route, self.workers.queues
        self.decide = self.workers.decide
        self.models = RecordModels(self.store)
        shared = (self.store, self.redis, self.bell, metrics, self.clock)
        self.republish = Republish(*shared, timedelta(minutes=60))
        self.reconcile = Reconcile(*shared, self.republish)

    def post(self, event_id: str) -> None:
        request = ScoringRequested(event_id=event_id, features=features())
        self.send("churn", EventType.SCORING_REQUESTED, [request], "up")

    def answer(self, event_id: str, label: str = "stay") -> None:
        self.route([a_prediction(event_id, leave=0.55)])
        (claim,) = self.queues.claim(Wish("churn", 1), ADA).claims
        self.decide(claim.lease.id, ADA, Answer(label), claim_next=0)

    def version(self, number: int, learned_up_to: int, corrections: int) -> None:
        """The retrainer says what it has learned."""
        payload = ModelChanged(
            version=number,
            sha256="ab" * 32,
            uri="churn/x",
            parent=None,
            learned_up_to=learned_up_to,
            metrics={"corrections": float(corrections)},
            reason="learned",
            actor="retrainer",
        )
        kind, time = EventType.MODEL_PROMOTED, self.clock.now()
        details = {"project": "churn", "identity": str(number), "source": "retrainer"}
        self.models([announce(kind, payload, time=time, **details)])

    def leave(self) -> list[CloudEvent]:
        """What the relay would send now."""
        outbox = self.store.kept.outbox
        events, outbox.left = outbox.events[outbox.left :], len(outbox.events)
        return events

    def refilled(self) -> list[CloudEvent]:
        """What leaves when the reconciler goes round and says everything again."""
        self.reconcile.repair()
        while self.republish.go_on():
            pass
        return self.leave()

    def shown(self, kind: GapKind) -> float | None:
        labels = {"project": "churn", "kind": kind.value}
        return self.registry.get_sample_value("handraise_gaps", labels)
