"""Items that go to the leads while others still hold them."""

from services.review.domain.queue import Stage
from services.review.domain.votes import Answer
from services.review.use_cases.deciding import Status
from shared.project import Deadline, Fallback, Votes
from tests.builders import a_project
from tests.unit.review.voting_desk import ADA, BEN, CY, LEA, LEO, OPS, Desk

THREE = Votes(min=3, max=3)


def test_what_was_escalated_is_not_offered_to_others_once_a_hold_ends() -> None:
    desk = Desk(votes=THREE)
    desk.arrive("e")
    ada, ben = desk.claim(ADA), desk.claim(BEN)
    desk.queues.escalate(ada.lease.id, ADA, "odd")
    desk.queues.release(ben.lease.id, BEN)
    assert desk.why_nothing(CY) == "no_items"


def test_an_answer_to_what_was_escalated_does_not_ask_several_leads() -> None:
    desk = Desk(votes=THREE)
    desk.arrive("e")
    ada, ben = desk.claim(ADA), desk.claim(BEN)
    desk.queues.escalate(ada.lease.id, ADA, "odd")
    outcome, _ = desk.decide(ben.lease.id, BEN, Answer("stay"), 0)
    assert outcome.status is Status.WAITING
    desk.claim(LEA, "churn.leads")
    assert desk.why_nothing(LEO, "churn.leads") == "all_leased"


def test_who_takes_an_answer_back_does_not_become_a_lead() -> None:
    desk = Desk(votes=THREE)
    desk.arrive("e")
    ada, ben = desk.claim(ADA), desk.claim(BEN)
    desk.queues.escalate(ada.lease.id, ADA, "for leads only")
    outcome, _ = desk.decide(ben.lease.id, BEN, Answer("stay"), 0)
    again = desk.undo(outcome.item_id, BEN)
    assert (again.lease.queue, again.notes) == ("churn", ())
    answered, _ = desk.decide(again.lease.id, BEN, Answer("leave"), 0)
    assert answered.status is Status.WAITING
    assert desk.decisions() == []


def test_who_disagreed_and_takes_it_back_does_not_take_back_that_it_is_overdue() -> None:
    deadline = Deadline(seconds=60, fallback=Fallback.ESCALATE)
    desk = Desk(votes=Votes(min=2, max=2, agree_at=0.9), deadline=deadline)
    desk.arrive("e")
    ada, ben = desk.claim(ADA), desk.claim(BEN)
    desk.clock.pass_seconds(60)
    desk.meet_deadlines()
    desk.decide(ada.lease.id, ADA, Answer("leave"), 0)
    outcome, _ = desk.decide(ben.lease.id, BEN, Answer("stay"), 0)
    assert outcome.status is Status.DISAGREED

    again = desk.undo(outcome.item_id, BEN)
    assert again.lease.queue == "churn"
    assert desk.claim(LEA, "churn.leads").lease.item.stage is Stage.OVERDUE
    assert desk.why_nothing(CY) == "no_items"


def test_nor_that_somebody_escalated_it() -> None:
    desk = Desk(votes=THREE)
    desk.arrive("e")
    ada, ben, cy = desk.claim(ADA), desk.claim(BEN), desk.claim(CY)
    desk.queues.escalate(ada.lease.id, ADA, "odd")
    desk.projects.apply(a_project("churn", votes=Votes(min=2, max=2, agree_at=0.9)), OPS)
    desk.decide(ben.lease.id, BEN, Answer("leave"), 0)
    outcome, _ = desk.decide(cy.lease.id, CY, Answer("stay"), 0)
    assert outcome.status is Status.DISAGREED
    desk.undo(outcome.item_id, CY)
    assert desk.claim(LEA, "churn.leads").lease.item.stage is Stage.ESCALATED


def test_a_revoked_answer_of_a_lead_is_asked_of_a_lead_again() -> None:
    desk = Desk()
    desk.arrive("e")
    desk.queues.escalate(desk.claim(ADA).lease.id, ADA, "odd")
    start = desk.clock.now()
    desk.say(LEA, "stay", "churn.leads")
    desk.revoke("churn", "lea", start, OPS, "wrong")
    assert desk.why_nothing(BEN) == "no_items"
    assert desk.say(LEO, "leave", "churn.leads").status is Status.DECIDED


def test_a_lead_who_held_it_before_a_second_disagreement_is_not_joined_by_another() -> None:
    desk = Desk(votes=Votes(min=2, max=2, agree_at=0.9))
    desk.arrive("e")
    desk.say(ADA, "leave")
    outcome = desk.say(BEN, "stay")
    lea = desk.claim(LEA, "churn.leads")
    again = desk.undo(outcome.item_id, BEN)
    assert desk.decide(again.lease.id, BEN, Answer("stay"), 0)[0].status is Status.DISAGREED
    assert desk.why_nothing(LEO, "churn.leads") == "all_leased"
    desk.decide(lea.lease.id, LEA, Answer("leave"), 0)
    assert desk.decisions() == [(1, "leave", "reviewers")]
