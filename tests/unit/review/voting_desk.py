"""A review service in memory, for stories about people who answer."""

import json
from collections.abc import Mapping

from services.review.domain.access import ADMIN, Role, User
from services.review.domain.ledger import Entry, Kind
from services.review.domain.votes import Answer
from services.review.use_cases.claiming import Claim, Wish
from services.review.use_cases.deciding import Outcome
from services.review.use_cases.projects import KeepProjects
from services.review.use_cases.records import ReadRecords
from services.review.use_cases.thresholds import Thresholds
from shared.events import CloudEvent, CorrectionMade, DecisionMade, EventType
from shared.project import Policy
from tests.builders import a_prediction, a_project
from tests.fakes.bell import FakeBell
from tests.fakes.clock import FakeClock
from tests.fakes.review_store import FakeStore
from tests.fakes.review_workers import Workers

ADA, BEN, CY, DEE = (User(name, Role.REVIEWER) for name in ("ada", "ben", "cy", "dee"))
LEA, LEO = User("lea", Role.LEAD), User("leo", Role.LEAD)
OPS, UP = User("olga", Role.OPS), User("shop", Role.UPSTREAM)
NEVER = Policy(error_rate=1, auto_margin=0.6, audit_probability=1e-9)


class Desk(Workers):
    """What people do, with short words for it."""

    thresholds: Thresholds | None = None

    def __init__(self, **project: object) -> None:
        self.store, self.clock = FakeStore(), FakeClock()
        super().__init__(self.store, FakeBell(), self.clock, thresholds=self.thresholds)
        self.records = ReadRecords(self.store, self.clock)
        self.projects = KeepProjects(self.store, FakeBell(), self.clock)
        changes: dict[str, object] = {"policy": NEVER} | project
        self.projects.apply(a_project("churn", **changes), OPS)

    def arrive(self, *event_ids: str, leave: float = 0.55) -> None:
        """Torn events come in, one a second."""
        for event_id in event_ids:
            self.route([a_prediction(event_id, leave=leave)])
            self.clock.pass_seconds(1)

    def claim(self, who: User, queue: str = "churn") -> Claim:
        """The one item that this person gets next."""
        (claim,) = self.queues.claim(Wish(queue, 1), who).claims
        return claim

    def why_nothing(self, who: User, queue: str = "churn") -> str:
        """What somebody is told who gets nothing."""
        claims = self.queues.claim(Wish(queue, 1), who)
        assert claims.empty_because is not None
        return claims.empty_because.value

    def say(self, who: User, label: str, queue: str = "churn") -> Outcome:
        """Claim one item and answer it."""
        return self.decide(self.claim(who, queue).lease.id, who, Answer(label), 0)[0]

    def decisions(self) -> list[tuple[int, str, str]]:
        """Decisions that left: revision, label and who decided."""
        sent = [e.data for e in self._sent() if e.type is EventType.DECISION_MADE]
        return [
            (d.revision, d.label, d.decided_by.value) for d in sent if isinstance(d, DecisionMade)
        ]

    def corrections(self) -> list[tuple[str, int, str]]:
        """Corrections that left: type, revision and label."""
        return [
            (e.type.value, e.data.revision, e.data.label)
            for e in self._sent()
            if isinstance(e.data, CorrectionMade)
        ]

    def last_correction(self) -> CorrectionMade:
        return [e.data for e in self._sent() if isinstance(e.data, CorrectionMade)][-1]

    def story(self, event_id: str, kind: Kind) -> list[Mapping[str, object]]:
        """What the ledger holds of an event."""
        found: list[Entry] = [
            e for e in self.records.story("churn", event_id, ADMIN) if e.kind is kind
        ]
        return [json.loads(entry.body) for entry in found]

    def _sent(self) -> list[CloudEvent]:
        return self.store.kept.outbox.events
