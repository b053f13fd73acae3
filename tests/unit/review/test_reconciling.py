"""The reconciler, on a store in memory: what is missing is found, counted and made good."""

import json

import pytest

from services.review.domain.ledger import Kind
from services.review.domain.reconciling import Gap, GapKind, Place, RedisState
from services.review.use_cases.claiming import Wish
from shared.events import (
    EventType,
    PredictionMade,
)
from shared.project import Policy
from shared.streams import Stream
from tests.builders import a_prediction, a_prediction_event, a_project
from tests.fakes.review_desk import ADA, OPS, Desk


@pytest.fixture
def desk() -> Desk:
    desk = Desk()
    never = Policy(error_rate=1, auto_margin=0.6, audit_probability=1e-9)
    desk.projects.apply(a_project(policy=never), OPS)
    desk.reconcile.repair()
    return desk


def test_what_is_accepted_waits_until_it_is_routed(desk: Desk) -> None:
    desk.post("e")
    desk.post("e")
    assert len(desk.store.kept.accepted.rows) == 1
    assert [e.subject for e in desk.leave() if e.type is EventType.SCORING_REQUESTED] == ["e", "e"]
    desk.route([a_prediction("e")])
    assert desk.store.kept.accepted.rows == {}


def test_what_is_refused_at_routing_waits_no_more(desk: Desk) -> None:
    desk.route([a_prediction("e", tenure=1)])
    other = a_prediction_event("e", tenure=2).data
    assert isinstance(other, PredictionMade)
    desk.send("churn", EventType.PREDICTION_MADE, [other], "up")
    (refused,) = desk.route([a_prediction("e", tenure=2)])
    assert refused is not None
    assert desk.store.kept.accepted.rows == {}


def test_an_accepted_event_that_is_not_routed_is_sent_again(desk: Desk) -> None:
    desk.post("e")
    (sent,) = [e for e in desk.leave() if e.subject == "e"]
    desk.clock.pass_seconds(9)
    assert desk.reconcile.repair().gaps == []
    desk.clock.pass_seconds(1)
    assert desk.reconcile.repair().gaps == [Gap("churn", GapKind.UNROUTED, 1, 1)]
    assert desk.leave() == [sent]
    # it stays a gap, and is sent again after twice the time
    assert desk.reconcile.repair().gaps == [Gap("churn", GapKind.UNROUTED, 1, 0)]
    assert desk.shown(GapKind.UNROUTED) == 1
    desk.clock.pass_seconds(20)
    desk.reconcile.repair()
    assert desk.leave() == [sent]
    desk.route([a_prediction("e")])
    assert desk.reconcile.repair().gaps == []
    assert desk.shown(GapKind.UNROUTED) == 0
    assert desk.shown(GapKind.UNLEARNED) == 0


@pytest.mark.parametrize("stream", [Stream.REQUESTS, Stream.PREDICTIONS])
def test_what_may_be_on_its_way_is_waited_for(desk: Desk, stream: Stream) -> None:
    desk.post("e")
    desk.leave()
    desk.redis.backlogs[stream] = 11.0
    desk.clock.pass_seconds(15)
    assert desk.reconcile.repair().gaps == [Gap("churn", GapKind.UNROUTED, 1, 0)]
    assert desk.leave() == []


def test_looking_changes_nothing(desk: Desk) -> None:
    desk.post("e")
    desk.leave()
    desk.clock.pass_seconds(15)
    before = desk.store.kept
    assert desk.reconcile.look().gaps == [Gap("churn", GapKind.UNROUTED, 1)]
    assert desk.store.kept is before


def test_an_event_that_nobody_decides_goes_to_people(desk: Desk) -> None:
    desk.route([a_prediction("e", leave=0.55)])
    desk.store.kept.items.items.clear()
    desk.store.kept.items.slots.clear()
    desk.clock.pass_seconds(15)
    assert desk.reconcile.look().gaps == [Gap("churn", GapKind.UNDECIDED, 1)]
    assert desk.reconcile.repair().gaps == [Gap("churn", GapKind.UNDECIDED, 1, 1)]
    (claim,) = desk.queues.claim(Wish("churn", 5), ADA).claims
    assert claim.lease.item.event_id == "e"
    assert desk.reconcile.repair().gaps == []


def test_a_vote_without_correction_gets_one(desk: Desk) -> None:
    desk.answer("e")
    ledger = desk.store.kept.ledger
    lost = [e for e in desk.leave() if e.stream is Stream.CORRECTIONS]
    ledger.rows = [row for row in ledger.rows if row[1].kind is not Kind.CORRECTED]
    desk.clock.pass_seconds(15)
    assert desk.reconcile.repair().gaps == [Gap("churn", GapKind.UNCORRECTED, 1, 1)]
    assert [e for e in desk.leave() if e.stream is Stream.CORRECTIONS] == lost
    assert desk.reconcile.repair().gaps == []


def test_corrections_that_the_retrainer_lacks_are_sent_again(desk: Desk) -> None:
    for event_id in ("a", "b", "c"):
        desk.answer(event_id)
    sent = [e for e in desk.leave() if e.stream is Stream.CORRECTIONS]
    last = desk.store.kept.history.last()
    desk.version(1, learned_up_to=last, corrections=2)
    # given that one may overtake another, it is believed only after a while
    assert desk.reconcile.repair().gaps == []
    desk.clock.pass_seconds(31)
    assert desk.reconcile.look().gaps == [Gap("churn", GapKind.UNLEARNED, 1)]
    assert desk.reconcile.repair().gaps == [Gap("churn", GapKind.UNLEARNED, 1, 3)]
    assert desk.leave() == sent
    # not again at once; and no more when the retrainer has them
    assert desk.reconcile.repair().gaps == [Gap("churn", GapKind.UNLEARNED, 1, 0)]
    assert desk.leave() == []
    desk.version(2, learned_up_to=last, corrections=3)
    assert desk.reconcile.repair().gaps == []
    assert json.loads(desk.store.kept.marks.values["learned/churn"])["count"] == 3


def test_corrections_that_no_version_covers_are_sent_again(desk: Desk) -> None:
    desk.answer("a")
    desk.version(1, learned_up_to=desk.store.kept.history.last(), corrections=1)
    desk.leave()
    desk.answer("b")
    (sent,) = [e for e in desk.leave() if e.stream is Stream.CORRECTIONS]
    desk.clock.pass_seconds(31)
    desk.redis.backlogs[Stream.CORRECTIONS] = 31.0
    assert desk.reconcile.repair().gaps == [Gap("churn", GapKind.UNLEARNED, 1, 0)]
    desk.redis.backlogs.clear()
    assert desk.reconcile.repair().gaps == [Gap("churn", GapKind.UNLEARNED, 1, 1)]
    assert desk.leave() == [sent]


def test_corrections_that_only_the_retrainer_has_are_told_once(desk: Desk) -> None:
    desk.answer("a")
    desk.version(1, learned_up_to=desk.store.kept.history.last(), corrections=4)
    assert desk.reconcile.repair().gaps == [Gap("churn", GapKind.UNRECORDED, 3, 0)]
    assert desk.reconcile.repair().gaps == []


def test_an_older_copy_goes_on_behind_the_places_that_others_know(desk: Desk) -> None:
    desk.answer("a")
    desk.reconcile.repair()
    last = desk.store.kept.history.last()
    desk.redis.newest = Place("churn", last)
    desk.clock.pass_seconds(10)
    desk.reconcile.repair()
    assert desk.redis.models_read_again == 0
    # when what Redis tells of is not there
    desk.redis.newest = Place("churn", last + 40)
    desk.clock.pass_seconds(10)
    desk.reconcile.repair()
    assert desk.redis.models_read_again == 1
    assert desk.registry.get_sample_value("handraise_review_restored_total") == 1
    desk.answer("b")
    *_, (_, leap), _, _, _, _ = desk.store.kept.ledger.rows
    assert (leap.kind, leap.sequence) == (Kind.RESTORED, last + 41)
    # then once is enough
    desk.clock.pass_seconds(10)
    desk.reconcile.repair()
    assert desk.redis.models_read_again == 1


def test_what_only_the_retrainer_has_may_be_answered_again(desk: Desk) -> None:
    desk.answer("a")
    desk.version(1, learned_up_to=desk.store.kept.history.last(), corrections=2)
    assert desk.reconcile.repair().gaps == [Gap("churn", GapKind.UNRECORDED, 1, 0)]
    # when upstream sends the lost event again, and the retrainer keeps what it knew
    desk.answer("lost")
    desk.answer("new")
    desk.version(2, learned_up_to=desk.store.kept.history.last(), corrections=3)
    desk.clock.pass_seconds(31)
    assert desk.reconcile.repair().gaps == []
    # then the next that is missing is missed
    desk.answer("missing")
    desk.version(3, learned_up_to=desk.store.kept.history.last(), corrections=3)
    desk.reconcile.repair()
    desk.clock.pass_seconds(31)
    assert desk.reconcile.look().gaps == [Gap("churn", GapKind.UNLEARNED, 1)]


def test_a_lost_redis_is_given_everything_again(desk: Desk) -> None:
    desk.projects.switch("churn", OPS, "odd", stopped=True)
    desk.answer("a")
    desk.post("on its way")
    sent = desk.leave()
    desk.redis.empty("second")
    assert desk.reconcile.look().redis is RedisState.LOST
    assert sorted(e.id for e in desk.refilled()) == sorted(e.id for e in sent)
    assert desk.redis.marker is not None
    assert desk.refilled() == []


def test_what_is_said_again_is_the_same_document(desk: Desk) -> None:
    desk.answer("a", "leave")
    desk.answer("b", "stay")
    desk.route([a_prediction("sure", leave=0.95)])
    sent = {e.id: e.encode() for e in desk.leave()}
    desk.redis.marker = None
    again = {e.id: e.encode() for e in desk.refilled()}
    assert again == sent


def test_only_the_window_is_said_again(desk: Desk) -> None:
    desk.route([a_prediction("old", leave=0.95)])
    desk.clock.pass_seconds(3601)
    desk.route([a_prediction("new", leave=0.95)])
    desk.leave()
    desk.redis.marker = None
    assert [e.subject for e in desk.refilled()] == ["1", "new"]


def test_a_restarted_redis_is_given_the_last_moments(desk: Desk) -> None:
    desk.route([a_prediction("old", leave=0.95)])
    desk.clock.pass_seconds(60)
    desk.reconcile.repair()
    desk.route([a_prediction("new", leave=0.95)])
    desk.leave()
    desk.redis.run = "second"
    assert [e.subject for e in desk.refilled()] == ["new"]
    assert desk.refilled() == []


def test_two_installations_on_one_redis_do_not_chase_each_other(desk: Desk) -> None:
    desk.leave()
    desk.redis.marker = "another"
    assert [e.type for e in desk.refilled()] == [EventType.PROJECT_CONFIGURED]
    desk.clock.pass_seconds(2)
    desk.redis.marker = "another"
    assert desk.refilled() == []
    assert desk.redis.marker == "another"


def test_deleted_streams_are_refilled(desk: Desk) -> None:
    desk.route([a_prediction("sure", leave=0.95)])
    desk.leave()
    desk.redis.untouched = {Stream.CONTROL, Stream.DECISIONS}
    kinds = {e.type for e in desk.refilled()}
    assert kinds == {EventType.PROJECT_CONFIGURED, EventType.DECISION_MADE}


def test_somebody_may_ask_for_everything_since_a_time(desk: Desk) -> None:
    desk.route([a_prediction(f"e{number}", leave=0.95) for number in range(1500)])
    desk.leave()
    assert desk.republish.since(desk.clock.now()) == 3002
    while desk.republish.go_on():
        pass
    assert len({e.id for e in desk.leave()}) == 1501


def test_without_redis_only_the_database_is_looked_at(desk: Desk) -> None:
    desk.post("e")
    desk.leave()
    desk.clock.pass_seconds(15)
    desk.redis.away = True
    findings = desk.reconcile.repair()
    assert (findings.redis, findings.gaps) == (None, [Gap("churn", GapKind.UNROUTED, 1, 0)])
    assert desk.reconcile.look().redis is None
    assert desk.leave() == []


def test_another_process_has_its_turn(desk: Desk) -> None:
    desk.post("e")
    desk.leave()
    desk.clock.pass_seconds(15)
    desk.store.kept.marks.taken = True
    assert desk.reconcile.repair().gaps == [Gap("churn", GapKind.UNROUTED, 1, 0)]
    assert desk.leave() == []
