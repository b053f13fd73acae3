"""Who may still be asked about an event reads of it afterwards."""

import pytest

from services.review.domain.access import ADMIN, User
from services.review.domain.votes import Answer
from services.review.errors import StillToAnswer
from shared.project import Votes
from tests.unit.review.voting_desk import ADA, BEN, LEA, OPS, Desk

TWO = Votes(min=2, max=2, agree_at=0.9)


def reads(desk: Desk, who: User) -> bool:
    try:
        desk.records.story("churn", "e", who)
    except StillToAnswer:
        with pytest.raises(StillToAnswer):
            desk.records.prove("churn", "e", reader=who)
        return False
    return True


def test_a_lead_reads_what_was_said_after_answering() -> None:
    desk = Desk(votes=TWO)
    desk.arrive("e")
    desk.say(ADA, "stay")
    assert [reads(desk, who) for who in (LEA, OPS, ADMIN)] == [False, True, True]

    claim = desk.claim(LEA)
    assert not reads(desk, LEA)
    desk.decide(claim.lease.id, LEA, Answer("stay"), 0)
    assert reads(desk, LEA)


def test_what_is_settled_is_read_by_all() -> None:
    desk = Desk()
    desk.arrive("e")
    assert not reads(desk, LEA)
    desk.say(BEN, "stay")
    assert reads(desk, LEA)


def test_an_answer_that_was_taken_back_opens_nothing() -> None:
    desk = Desk(votes=TWO)
    desk.arrive("e")
    claim = desk.claim(LEA)
    desk.decide(claim.lease.id, LEA, Answer("stay"), 0)
    assert reads(desk, LEA)
    desk.undo(claim.lease.item.id, LEA)
    assert not reads(desk, LEA)


def test_leads_read_what_they_are_to_settle() -> None:
    desk = Desk()
    desk.arrive("e")
    desk.queues.escalate(desk.claim(ADA).lease.id, ADA, "odd")
    assert reads(desk, LEA)
