"""Skipping, escalating, taking back, revoking, contesting, and deadlines that pass."""

from datetime import timedelta

import pytest

from services.review.domain.ledger import Kind
from services.review.domain.queue import Stage
from services.review.domain.votes import Answer
from services.review.errors import AlreadyAppealed, Invalid, LeaseLost, NotFound, TooLate
from shared.events import DecidedBy
from shared.project import AuditTiming, Deadline, Fallback, Order, Policy, SafeDefault, Votes
from tests.builders import a_prediction
from tests.unit.review.voting_desk import ADA, BEN, CY, LEA, LEO, UP, Desk

MODEL = Deadline(seconds=60, fallback=Fallback.MODEL)


def test_a_skipped_item_is_for_others() -> None:
    desk = Desk()
    desk.arrive("e")
    claim = desk.claim(ADA)
    desk.queues.skip(claim.lease.id, ADA, "not my language")
    assert desk.why_nothing(ADA) == "none_for_you"
    assert desk.claim(BEN).lease.item.event_id == "e"
    with pytest.raises(LeaseLost):
        desk.queues.skip(claim.lease.id, ADA, None)


def test_an_escalated_item_goes_to_the_leads_with_what_was_said() -> None:
    desk = Desk()
    desk.arrive("e")
    assert desk.queues.escalate(desk.claim(ADA).lease.id, ADA, "a minor?") == "churn.leads"
    assert desk.why_nothing(BEN) == "no_items"
    claim = desk.claim(LEA, "churn.leads")
    assert (claim.lease.item.stage, list(claim.notes)) == (Stage.ESCALATED, ["a minor?"])
    with pytest.raises(Invalid, match="waits for a lead already"):
        desk.queues.escalate(claim.lease.id, LEA, "me too")
    desk.decide(claim.lease.id, LEA, Answer("stay"), 0)
    (entry,) = desk.story("e", Kind.ESCALATED)
    assert entry == {"reviewer": "ada", "reason": "a minor?"}


def test_an_answer_taken_back_is_asked_again() -> None:
    desk = Desk()
    desk.arrive("e")
    outcome = desk.say(ADA, "leave")
    claim = desk.undo(outcome.item_id, ADA)
    assert desk.why_nothing(BEN) == "all_leased"
    desk.decide(claim.lease.id, ADA, Answer("stay"), 0)
    assert desk.decisions() == [(1, "leave", "reviewers"), (2, "stay", "reviewers")]
    assert desk.corrections() == [
        ("prediction.confirmed.v1", 1, "leave"),
        ("correction.amended.v1", 2, "stay"),
    ]
    assert [entry["vote"] for entry in desk.story("e", Kind.WITHDRAWN)] == [1]


def test_taking_back_and_saying_the_same_amends_nothing() -> None:
    desk = Desk()
    desk.arrive("e")
    claim = desk.undo(desk.say(ADA, "leave").item_id, ADA)
    desk.decide(claim.lease.id, ADA, Answer("leave"), 0)
    assert desk.decisions() == [(1, "leave", "reviewers")]
    assert len(desk.corrections()) == 1


def test_answers_can_be_taken_back_for_a_while_only() -> None:
    desk = Desk(votes=Votes(min=2, max=3))
    desk.arrive("e")
    outcome = desk.say(ADA, "leave")
    with pytest.raises(NotFound):
        desk.undo(outcome.item_id, BEN)
    with pytest.raises(NotFound):
        desk.undo(77, ADA)
    desk.say(BEN, "stay")
    with pytest.raises(TooLate, match="others have answered"):
        desk.undo(outcome.item_id, ADA)
    desk.clock.pass_seconds(61)
    with pytest.raises(TooLate, match="60 s"):
        desk.undo(outcome.item_id, BEN)


def test_one_of_several_answers_can_be_taken_back() -> None:
    desk = Desk(votes=Votes(min=2, max=3, agree_at=0.9))
    desk.arrive("e")
    held = desk.undo(desk.say(ADA, "leave").item_id, ADA)
    desk.say(BEN, "stay")
    outcome, _ = desk.decide(held.lease.id, ADA, Answer("stay"), 0)
    assert outcome.decided is not None
    assert desk.decisions() == [(1, "stay", "reviewers")]


def test_after_a_disagreement_is_taken_back_it_is_not_the_leads_any_more() -> None:
    desk = Desk(votes=Votes(min=2, max=2, agree_at=0.9))
    desk.arrive("e")
    desk.say(ADA, "leave")
    outcome = desk.say(BEN, "stay")
    claim = desk.undo(outcome.item_id, BEN)
    assert desk.why_nothing(LEA, "churn.leads") == "no_items"
    desk.decide(claim.lease.id, BEN, Answer("leave"), 0)
    assert desk.decisions() == [(1, "leave", "reviewers")]


def test_what_rested_on_revoked_answers_is_decided_again() -> None:
    desk = Desk()
    desk.arrive("before", "wrong", "right")
    desk.say(ADA, "stay")
    desk.clock.pass_seconds(100)
    since = desk.clock.now()
    desk.say(ADA, "stay")
    desk.say(BEN, "stay")
    done = desk.revoke("churn", "ada", since, LEA, "clicked through")
    assert (done.answers, done.reopened) == (1, 1)
    assert desk.why_nothing(ADA) == "none_for_you"
    claim = desk.claim(CY)
    assert claim.lease.item.stage is Stage.REVOKED
    desk.decide(claim.lease.id, CY, Answer("leave"), 0)
    assert desk.decisions()[-1] == (2, "leave", "reviewers")
    assert desk.corrections()[-1] == ("correction.amended.v1", 2, "leave")
    (entry,) = desk.story(claim.lease.item.event_id, Kind.WITHDRAWN)
    assert (entry["actor"], entry["reason"]) == ("lea", "clicked through")
    assert desk.revoke("churn", "ada", since, LEA, "again").answers == 0


def test_what_others_agree_on_stands_without_the_revoked_answer() -> None:
    desk = Desk(votes=Votes(min=3, max=3, agree_at=0.9))
    desk.arrive("e")
    for who in (ADA, BEN, CY):
        desk.say(who, "stay")
    since = desk.clock.now() - timedelta(hours=1)
    # given that three are the least, two are not enough
    assert desk.revoke("churn", "ada", since, LEA, "drunk").reopened == 1
    assert desk.claim(LEO).lease.item.event_id == "e"


def test_an_open_item_asks_for_the_revoked_answer_again() -> None:
    desk = Desk(votes=Votes(min=2, max=3, agree_at=0.9))
    desk.arrive("e")
    desk.say(ADA, "stay")
    since = desk.clock.now() - timedelta(hours=1)
    assert desk.revoke("churn", "ada", since, LEA, "drunk").reopened == 0
    desk.say(BEN, "stay")
    desk.say(CY, "stay")
    assert desk.decisions() == [(1, "stay", "reviewers")]


def test_a_contested_decision_is_looked_at_by_a_lead() -> None:
    desk = Desk()
    desk.arrive("e")
    desk.say(ADA, "leave")
    assert desk.appeal("churn", "e", UP, "I never said so").number == 1
    with pytest.raises(AlreadyAppealed):
        desk.appeal("churn", "e", UP, "again")
    desk.say(LEA, "stay", "churn.appeals")
    assert desk.decisions() == [(1, "leave", "reviewers"), (2, "stay", "reviewers")]
    assert [vote.reviewer for vote in desk.last_correction().votes] == ["lea"]
    desk.appeal("churn", "e", UP, "still")
    assert desk.why_nothing(LEA, "churn.appeals") == "none_for_you"
    desk.say(LEO, "stay", "churn.appeals")
    # given that somebody waits for an answer, it is said although it is the same
    assert desk.decisions()[-1] == (3, "stay", "reviewers")


def test_what_the_model_decided_can_be_contested() -> None:
    desk = Desk()
    desk.route([a_prediction("e", leave=0.95)])
    with pytest.raises(NotFound):
        desk.appeal("churn", "unknown", UP, "why?")
    desk.appeal("churn", "e", UP, "I stay!")
    claim = desk.claim(LEA, "churn.appeals")
    assert not claim.lease.sees_model
    desk.decide(claim.lease.id, LEA, Answer("stay"), 0)
    assert desk.decisions() == [(1, "leave", "model"), (2, "stay", "reviewers")]
    assert desk.corrections() == [("prediction.corrected.v1", 2, "stay")]


def test_an_event_that_waits_cannot_be_contested() -> None:
    desk = Desk()
    desk.arrive("e")
    with pytest.raises(NotFound, match="no decision"):
        desk.appeal("churn", "e", UP, "why?")


@pytest.mark.parametrize(
    ("fallback", "label"), [(Fallback.MODEL, "leave"), (SafeDefault(safe_default="stay"), "stay")]
)
def test_a_deadline_that_passes_is_decided_and_can_be_corrected(
    fallback: Fallback | SafeDefault, label: str
) -> None:
    desk = Desk(deadline=Deadline(seconds=60, fallback=fallback))
    desk.arrive("e")
    assert not desk.meet_deadlines()
    assert desk.decisions() == []
    desk.clock.pass_seconds(60)
    desk.meet_deadlines()
    desk.meet_deadlines()
    assert desk.decisions() == [(1, label, DecidedBy.FALLBACK.value)]
    other = "stay" if label == "leave" else "leave"
    desk.say(ADA, other)
    assert desk.decisions()[1:] == [(2, other, "reviewers")]
    assert [revision for _, revision, _ in desk.corrections()] == [2]


def test_whoever_confirms_a_fallback_decides_nothing_anew() -> None:
    desk = Desk(deadline=MODEL)
    desk.arrive("e")
    desk.clock.pass_seconds(60)
    desk.meet_deadlines()
    desk.say(ADA, "leave")
    assert desk.decisions() == [(1, "leave", "fallback")]
    assert desk.corrections() == [("prediction.confirmed.v1", 1, "leave")]


def test_without_a_model_a_lead_is_called() -> None:
    desk = Desk(deadline=MODEL)
    desk.route([a_prediction("e", leave=0.5, version=0)])
    desk.clock.pass_seconds(60)
    desk.meet_deadlines()
    assert desk.decisions() == []
    assert desk.claim(LEA, "churn.leads").lease.item.stage is Stage.OVERDUE


def test_whoever_holds_an_escalated_item_may_finish() -> None:
    desk = Desk(deadline=Deadline(seconds=60, fallback=Fallback.ESCALATE))
    desk.arrive("e")
    held = desk.claim(ADA)
    desk.clock.pass_seconds(60)
    desk.meet_deadlines()
    outcome, _ = desk.decide(held.lease.id, ADA, Answer("stay"), 0)
    assert outcome.decided is not None
    assert desk.why_nothing(LEA, "churn.leads") == "no_items"


def test_what_is_held_back_only_counts_as_overdue() -> None:
    desk = Desk(deadline=Deadline(seconds=60))
    desk.arrive("e")
    desk.clock.pass_seconds(61)
    assert not desk.meet_deadlines()
    assert desk.queues.state("churn", ADA).state.overdue == 1
    assert desk.decisions() == []


ALWAYS = Policy(error_rate=1, auto_margin=0.6, audit_probability=1.0, audits=AuditTiming.AFTER)


def test_an_audit_that_finds_an_error_amends_the_decision() -> None:
    desk = Desk(policy=ALWAYS)
    desk.arrive("e", leave=0.95)
    assert desk.decisions() == [(1, "leave", "model")]
    claim = desk.claim(ADA)
    assert not claim.lease.sees_model
    desk.decide(claim.lease.id, ADA, Answer("stay"), 0)
    assert desk.decisions()[1:] == [(2, "stay", "reviewers")]
    assert desk.corrections() == [("prediction.corrected.v1", 2, "stay")]


def test_an_audit_that_agrees_only_confirms() -> None:
    desk = Desk(policy=ALWAYS)
    desk.arrive("e", leave=0.95)
    desk.say(ADA, "leave")
    assert desk.decisions() == [(1, "leave", "model")]
    assert desk.corrections() == [("prediction.confirmed.v1", 1, "leave")]


def test_the_urgent_come_first_then_the_dear_then_the_old() -> None:
    order = Order(error_cost={"leave": 10.0}, aging_seconds=3600)
    desk = Desk(order=order, deadline=Deadline(urgent_seconds=600))
    desk.arrive("old-cheap", leave=0.45)
    desk.arrive("dear", leave=0.55)
    far = a_prediction("far", leave=0.45, deadline=desk.clock.now() + timedelta(days=2))
    soon = a_prediction("soon", leave=0.45, deadline=desk.clock.now() + timedelta(seconds=60))
    desk.route([far, soon])
    seen = [desk.claim(ADA).lease.item.event_id for _ in range(3)]
    assert seen == ["soon", "dear", "old-cheap"]


def test_changed_costs_change_the_order_of_what_waits() -> None:
    desk = Desk()
    desk.arrive("stays", leave=0.45)
    desk.arrive("leaves", leave=0.55)
    state = desk.projects.get("churn").configuration
    order = Order(error_cost={"leave": 10.0, "stay": 0.0})
    desk.projects.apply(state.model_copy(update={"order": order}), LEA)
    assert desk.claim(ADA).lease.item.event_id == "leaves"
