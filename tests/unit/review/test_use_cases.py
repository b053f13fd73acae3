"""What the review service does, on a store in memory."""

import json

import pytest
from prometheus_client import CollectorRegistry

from services.review.domain.access import ADMIN, Role, User
from services.review.domain.ledger import Kind
from services.review.domain.queue import EmptyBecause
from services.review.domain.votes import Answer
from services.review.errors import Invalid, KeyReused, LeaseLost, NotFound
from services.review.metrics import Metrics
from services.review.use_cases.claiming import Wish
from services.review.use_cases.projects import KeepProjects
from services.review.use_cases.records import ReadRecords
from shared.errors import IdConflict, UnknownLabel, UnknownProject
from shared.events import (
    CorrectionMade,
    DecidedBy,
    DecisionMade,
    EventType,
    ProjectConfigured,
    RouteReason,
)
from shared.project import Policy
from tests.builders import a_prediction, a_project
from tests.fakes.bell import FakeBell
from tests.fakes.clock import FakeClock
from tests.fakes.review_store import FakeStore
from tests.fakes.review_workers import Workers

ADA = User("ada", Role.REVIEWER)
BEN = User("ben", Role.REVIEWER)
OPS = User("olga", Role.OPS)


class Desk:
    """The review service without its doors."""

    def __init__(self) -> None:
        self.store, self.bell, self.clock = FakeStore(), FakeBell(), FakeClock()
        metrics = Metrics(CollectorRegistry())
        self.projects = KeepProjects(self.store, self.bell, self.clock)
        self.workers = Workers(self.store, self.bell, self.clock, metrics)
        self.route, self.queues = self.workers.route, self.workers.queues
        self.decide = self.workers.decide
        self.records = ReadRecords(self.store, self.clock)

    def sent(self, kind: EventType) -> list[object]:
        return [event.data for event in self.store.kept.outbox.events if event.type is kind]


@pytest.fixture
def desk() -> Desk:
    desk = Desk()
    never = Policy(error_rate=1, auto_margin=0.6, audit_probability=1e-9)
    desk.projects.apply(a_project(policy=never), OPS)
    return desk


def test_a_sure_prediction_is_decided_at_once(desk: Desk) -> None:
    assert desk.route([a_prediction("e", leave=0.95)]) == [None]
    (decision,) = desk.sent(EventType.DECISION_MADE)
    assert isinstance(decision, DecisionMade)
    assert (decision.label, decision.decided_by) == ("leave", DecidedBy.MODEL)
    assert decision.route.inclusion_probability == 1e-9
    assert decision.model.version == 1
    assert desk.queues.claim(Wish("churn", 1), ADA).empty_because is EmptyBecause.NO_ITEMS


def test_a_torn_prediction_waits_for_people(desk: Desk) -> None:
    desk.route([a_prediction("e", leave=0.55)])
    assert desk.sent(EventType.DECISION_MADE) == []
    (claim,) = desk.queues.claim(Wish("churn", 5), ADA).claims
    assert claim.lease.item.reason is RouteReason.UNCERTAIN
    assert desk.queues.claim(Wish("churn", 5), BEN).empty_because is EmptyBecause.ALL_LEASED


def test_the_same_event_is_routed_once(desk: Desk) -> None:
    twice = [a_prediction("e", leave=0.95), a_prediction("e", leave=0.2)]
    assert desk.route(twice) == [None, None]
    assert desk.route(twice) == [None, None]
    assert len(desk.sent(EventType.DECISION_MADE)) == 1
    assert desk.records.report("churn").tally.events == 1


def test_the_same_id_with_other_content_is_refused(desk: Desk) -> None:
    desk.route([a_prediction("e", tenure=3)])
    (verdict,) = desk.route([a_prediction("e", tenure=4)])
    assert isinstance(verdict, IdConflict)


def test_what_cannot_be_routed_is_refused_alone(desk: Desk) -> None:
    strange = a_prediction("odd")
    strange.data.probabilities = {"perhaps": 1.0}
    lost = a_prediction("lost", project="elsewhere")
    good = a_prediction("good", leave=0.95)
    verdicts = desk.route([strange, lost, good])
    assert [type(verdict) for verdict in verdicts] == [UnknownLabel, UnknownProject, type(None)]
    assert len(desk.sent(EventType.DECISION_MADE)) == 1


def test_an_answer_makes_one_decision_and_one_correction(desk: Desk) -> None:
    desk.route([a_prediction("e", leave=0.55)])
    (claim,) = desk.queues.claim(Wish("churn", 1), ADA).claims
    outcome, following = desk.decide(claim.lease.id, ADA, Answer("stay"), claim_next=1)
    assert outcome.decided is not None
    assert (outcome.decided.label, outcome.decided.event_id) == ("stay", "e")
    assert following.empty_because is EmptyBecause.NO_ITEMS
    (decision,) = desk.sent(EventType.DECISION_MADE)
    (correction,) = desk.sent(EventType.PREDICTION_CORRECTED)
    assert isinstance(decision, DecisionMade)
    assert isinstance(correction, CorrectionMade)
    assert decision.decided_by is DecidedBy.REVIEWERS
    assert (correction.label, correction.predicted_label) == ("stay", "leave")
    assert correction.votes[0].reviewer == "ada"
    assert correction.features == {"tenure": 3, "contract": "monthly"}
    story = desk.records.story("churn", "e", ADMIN)
    assert [entry.kind for entry in story] == [
        Kind.ROUTED,
        Kind.VOTED,
        Kind.DECIDED,
        Kind.CORRECTED,
    ]
    assert correction.sequence == story[-1].sequence


def test_agreeing_is_a_confirmation(desk: Desk) -> None:
    desk.route([a_prediction("e", leave=0.55)])
    (claim,) = desk.queues.claim(Wish("churn", 1), ADA).claims
    desk.decide(claim.lease.id, ADA, Answer("leave"), claim_next=0)
    assert len(desk.sent(EventType.PREDICTION_CONFIRMED)) == 1
    assert desk.records.report("churn").tally.confirmed == 1


def test_saying_it_again_changes_nothing(desk: Desk) -> None:
    desk.route([a_prediction("e")])
    (claim,) = desk.queues.claim(Wish("churn", 1), ADA).claims
    answer = Answer("stay", idempotency_key="k")
    first, _ = desk.decide(claim.lease.id, ADA, answer, claim_next=0)
    again, _ = desk.decide(claim.lease.id, ADA, answer, claim_next=0)
    assert first == again
    assert len(desk.sent(EventType.DECISION_MADE)) == 1
    with pytest.raises(KeyReused):
        desk.decide(claim.lease.id, ADA, Answer("leave", idempotency_key="k"), claim_next=0)
    with pytest.raises(LeaseLost, match="ada decided 'stay'"):
        desk.decide(claim.lease.id, ADA, Answer("leave"), claim_next=0)


def test_a_late_answer_learns_who_was_faster(desk: Desk) -> None:
    desk.route([a_prediction("e")])
    (old,) = desk.queues.claim(Wish("churn", 1), ADA).claims
    desk.clock.pass_seconds(181)
    (new,) = desk.queues.claim(Wish("churn", 1), BEN).claims
    with pytest.raises(LeaseLost, match="went to somebody else"):
        desk.decide(old.lease.id, ADA, Answer("stay"), claim_next=0)
    desk.decide(new.lease.id, BEN, Answer("leave"), claim_next=0)
    with pytest.raises(LeaseLost, match="ben decided 'leave'"):
        desk.decide(old.lease.id, ADA, Answer("stay"), claim_next=0)
    assert len(desk.sent(EventType.DECISION_MADE)) == 1


def test_an_expired_lease_counts_until_somebody_else_claims(desk: Desk) -> None:
    desk.route([a_prediction("e")])
    (claim,) = desk.queues.claim(Wish("churn", 1), ADA).claims
    desk.clock.pass_seconds(10_000)
    outcome, _ = desk.decide(claim.lease.id, ADA, Answer("stay"), claim_next=0)
    assert outcome.decided is not None
    assert outcome.decided.label == "stay"


def test_a_heartbeat_keeps_the_item(desk: Desk) -> None:
    desk.route([a_prediction("e")])
    (claim,) = desk.queues.claim(Wish("churn", 1), ADA).claims
    desk.clock.pass_seconds(179)
    desk.queues.heartbeat(claim.lease.id, ADA)
    desk.clock.pass_seconds(179)
    assert desk.queues.claim(Wish("churn", 1), BEN).claims == []


def test_only_labels_of_the_project_are_answers(desk: Desk) -> None:
    desk.route([a_prediction("e")])
    (claim,) = desk.queues.claim(Wish("churn", 1), ADA).claims
    with pytest.raises(Invalid, match="stay, leave"):
        desk.decide(claim.lease.id, ADA, Answer("perhaps"), claim_next=0)
    with pytest.raises(NotFound):
        desk.decide(claim.lease.id, BEN, Answer("stay"), claim_next=0)


def test_stopping_sends_everything_to_people(desk: Desk) -> None:
    desk.projects.switch("churn", OPS, "odd answers", stopped=True)
    desk.route([a_prediction("e", leave=0.99)])
    (claim,) = desk.queues.claim(Wish("churn", 1), ADA).claims
    assert claim.lease.item.reason is RouteReason.STOPPED
    desk.projects.switch("churn", OPS, "mended", stopped=False)
    desk.route([a_prediction("f", leave=0.99)])
    assert len(desk.sent(EventType.DECISION_MADE)) == 1
    assert len(desk.sent(EventType.AUTOMATION_STOPPED)) == 1
    assert len(desk.sent(EventType.AUTOMATION_RESUMED)) == 1


def test_the_same_project_file_changes_nothing(desk: Desk) -> None:
    before = desk.projects.get("churn")
    assert desk.projects.apply(before.configuration, OPS) == before
    assert len(desk.sent(EventType.PROJECT_CONFIGURED)) == 1
    changed = before.configuration.model_copy(
        update={"policy": Policy(error_rate=1, auto_margin=0.9)}
    )
    assert desk.projects.apply(changed, OPS).policy_version == 2
    assert len(desk.sent(EventType.POLICY_CHANGED)) == 1
    latest = desk.sent(EventType.PROJECT_CONFIGURED)[-1]
    assert isinstance(latest, ProjectConfigured)
    assert latest.policy_version == 2


def test_labels_may_be_added_but_not_removed(desk: Desk) -> None:
    more = a_project(labels=["stay", "leave", "ask"])
    assert desk.projects.apply(more, OPS).policy_version == 2
    with pytest.raises(Invalid, match="'ask'"):
        desk.projects.apply(a_project(), OPS)


def test_the_record_explains_the_route(desk: Desk) -> None:
    desk.route([a_prediction("e", leave=0.95)])
    body = json.loads(desk.records.story("churn", "e", ADMIN)[0].body)
    assert body["route"]["reason"] == "confident"
    assert body["route"]["inclusion_probability"] == 1e-9
    assert body["margin"] == pytest.approx(0.9)
    assert 0 <= body["draw"] < 1
    with pytest.raises(NotFound):
        desk.records.story("churn", "unknown", ADMIN)
