"""Votes: as many as needed and never more, blind, with a lead where people disagree."""

import pytest

from services.review.domain.ledger import Kind
from services.review.domain.votes import Answer
from services.review.errors import Forbidden, LeaseLost
from services.review.use_cases.claiming import Wish
from services.review.use_cases.deciding import Status
from shared.project import Quality, Votes
from tests.unit.review.voting_desk import ADA, BEN, CY, DEE, LEA, Desk

TWO_OF_THREE = Votes(min=2, max=3, agree_at=0.9)


def test_two_who_agree_are_enough() -> None:
    desk = Desk(votes=TWO_OF_THREE)
    desk.arrive("e")
    first = desk.say(ADA, "stay")
    assert (first.status, first.decided) == (Status.WAITING, None)
    assert desk.decisions() == []
    second = desk.say(BEN, "stay")
    assert second.status is Status.DECIDED
    assert desk.decisions() == [(1, "stay", "reviewers")]
    correction = desk.last_correction()
    assert [vote.reviewer for vote in correction.votes] == ["ada", "ben"]
    assert 0.9 < correction.label_probabilities["stay"] < 1
    assert desk.why_nothing(CY) == "no_items"


def test_nobody_answers_more_than_is_needed() -> None:
    desk = Desk(votes=TWO_OF_THREE)
    desk.arrive("e")
    desk.claim(ADA)
    desk.claim(BEN)
    # given that two hold it, a third could only answer in vain
    assert desk.why_nothing(CY) == "all_leased"


def test_nobody_answers_twice() -> None:
    desk = Desk(votes=TWO_OF_THREE)
    desk.arrive("e")
    desk.say(ADA, "stay")
    assert desk.why_nothing(ADA) == "none_for_you"


def test_those_who_disagree_get_a_third_and_then_a_lead() -> None:
    labels = ["stay", "leave", "ask"]
    desk = Desk(votes=TWO_OF_THREE, labels=labels)
    desk.arrive("e")
    desk.say(ADA, "stay")
    assert desk.say(BEN, "leave").status is Status.WAITING
    assert desk.say(CY, "ask").status is Status.DISAGREED
    assert desk.why_nothing(DEE) == "no_items"
    with pytest.raises(Forbidden, match="for leads"):
        desk.claim(DEE, "churn.leads")
    claim = desk.claim(LEA, "churn.leads")
    assert sorted(ballot.label for ballot in claim.opinions) == sorted(labels)
    outcome, _ = desk.decide(claim.lease.id, LEA, Answer("leave"), 0)
    assert outcome.status is Status.DECIDED
    assert desk.decisions() == [(1, "leave", "reviewers")]
    assert desk.last_correction().label_probabilities == {"leave": 1.0}
    assert len(desk.last_correction().votes) == 4


def test_before_answering_nobody_sees_what_others_said() -> None:
    desk = Desk(votes=TWO_OF_THREE)
    desk.arrive("e")
    desk.say(ADA, "stay")
    claim = desk.claim(BEN)
    assert (claim.opinions, claim.notes) == ((), ())


def test_in_a_blind_project_nobody_sees_the_model() -> None:
    for blind, expected in ((True, False), (False, True)):
        desk = Desk(blind=blind)
        desk.arrive("e")
        assert desk.claim(ADA).lease.sees_model is expected


def test_a_share_of_items_is_shown_without_the_model() -> None:
    desk = Desk(quality=Quality(hidden_share=0.5))
    desk.arrive(*(f"e{number}" for number in range(100)))
    claims = desk.queues.claim(Wish("churn", 100), ADA).claims
    assert len(claims) == 100
    shown = sum(claim.lease.sees_model for claim in claims)
    assert 30 < shown < 70
    desk.decide(claims[0].lease.id, ADA, Answer("stay"), 0)
    (vote,) = desk.story(claims[0].lease.item.event_id, Kind.VOTED)
    assert vote["saw_model"] is claims[0].lease.sees_model


def test_a_hold_that_was_settled_by_others_is_lost_and_its_answer_kept() -> None:
    desk = Desk()
    desk.arrive("e")
    late = desk.claim(ADA)
    desk.clock.pass_seconds(181)
    desk.say(BEN, "leave")
    with pytest.raises(LeaseLost, match="ben decided 'leave'"):
        desk.decide(late.lease.id, ADA, Answer("stay", comment="long thought"), 0)
    kept = desk.store.kept.votes.drafts([late.lease.item.id], "ada")
    assert kept[late.lease.item.id].comment == "long thought"
    assert desk.decisions() == [(1, "leave", "reviewers")]


def test_a_draft_comes_back_with_the_item() -> None:
    desk = Desk()
    desk.arrive("e")
    claim = desk.claim(ADA)
    desk.queues.keep_draft(claim.lease.id, ADA, None, "half a thought")
    desk.queues.release(claim.lease.id, ADA)
    draft = desk.claim(ADA).draft
    assert draft is not None
    assert draft.comment == "half a thought"


def test_deciding_goes_on_in_the_same_queue() -> None:
    desk = Desk()
    desk.arrive("a", "b")
    for who in (ADA, BEN):
        desk.queues.escalate(desk.claim(who).lease.id, who, "odd")
    claim = desk.claim(LEA, "churn.leads")
    _, following = desk.decide(claim.lease.id, LEA, Answer("stay"), 1)
    assert [c.lease.item.queue for c in following.claims] == ["churn.leads"]
