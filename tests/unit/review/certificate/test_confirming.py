"""An error found in a check is confirmed by a second person before it burns a credit."""

import pytest

from services.review.domain.votes import Answer
from services.review.errors import Invalid, TooLate
from services.review.use_cases.deciding import Outcome
from services.review.use_cases.thresholds import Thresholds
from shared.project import Policy, Votes
from tests.builders import a_project
from tests.fakes.open_thresholds import OpenThresholds
from tests.unit.review.certificate.test_blocks import POLICY, Line
from tests.unit.review.test_gold import GoldDesk, told
from tests.unit.review.voting_desk import ADA, BEN, LEA, OPS

CONFIRMING = POLICY.model_copy(update={"confirm_wrong": True})


def checked(*answers: str, policy: Policy = CONFIRMING) -> tuple[Line, list[Outcome]]:
    line = Line(policy)
    line.audited()
    outcomes = [line.say(who, said) for who, said in zip((ADA, BEN), answers, strict=False)]
    return line, outcomes


def test_a_right_answer_needs_one_person() -> None:
    line, (outcome,) = checked("stay")
    line.escapes()
    assert outcome.status.value == "decided"
    assert (line.block().found, line.block().pending) == (0, 0)


def test_one_person_alone_finds_no_error() -> None:
    line, (outcome,) = checked("leave")
    line.escapes()
    assert outcome.status.value == "waiting"
    assert (line.block().found, line.block().pending) == (0, 1)
    assert line.why_nothing(ADA) == "none_for_you"


def test_a_second_person_confirms_it() -> None:
    line, outcomes = checked("leave", "leave")
    line.escapes()
    assert outcomes[-1].status.value == "decided"
    assert (line.block().found, line.block().pending) == (1, 0)
    assert line.decisions()[0] == (1, "leave", "reviewers")


def test_where_two_differ_a_lead_decides() -> None:
    line, outcomes = checked("leave", "stay")
    assert outcomes[-1].status.value == "disagreed"
    line.say(LEA, "stay", "churn.leads")
    line.escapes()
    assert (line.block().found, line.block().pending) == (0, 0)


def test_what_somebody_else_is_asked_about_is_not_taken_back() -> None:
    line, (outcome,) = checked("leave")
    with pytest.raises(TooLate, match="somebody else is asked"):
        line.undo(outcome.item_id, ADA)


def test_where_it_is_turned_off_one_person_is_enough() -> None:
    line, _ = checked("leave", policy=POLICY)
    line.escapes()
    assert line.block().found == 1


def test_several_votes_decide_by_their_own_rule() -> None:
    line = Line(CONFIRMING)
    votes = Votes(min=1, max=3, agree_at=0.6)
    line.projects.apply(a_project("churn", policy=CONFIRMING, votes=votes), OPS)
    line.audited()
    assert line.say(ADA, "leave").status.value == "waiting"
    assert line.say(BEN, "leave").status.value == "decided"


def test_without_a_promise_nothing_is_confirmed() -> None:
    free = Policy(error_rate=1, audit_probability=0.5)
    _, (outcome,) = checked("leave", policy=free)
    assert outcome.status.value == "decided"


def test_a_lead_needs_nobody_else() -> None:
    line = Line(CONFIRMING)
    line.audited()
    claim = line.claim(ADA)
    line.queues.escalate(claim.lease.id, ADA, "why")
    held = line.claim(LEA, "churn.leads")
    outcome, _ = line.decide(held.lease.id, LEA, Answer("leave"), 0)
    assert outcome.status.value == "decided"


def test_a_policy_that_allows_nothing_is_refused_with_the_cure() -> None:
    hopeless = Policy(error_rate=0.05, window=20)
    line = Line()
    with pytest.raises(Invalid, match="a window of at least 80"):
        line.projects.apply(a_project("other", policy=hopeless), OPS)


class ProvenDesk(GoldDesk):
    """A project that promises something, and everything has proven itself."""

    thresholds: Thresholds | None = OpenThresholds()


def test_gold_is_confirmed_like_a_random_check() -> None:
    promising = Policy(error_rate=0.5, auto_margin=0.6, audit_probability=1)
    desk = ProvenDesk(gold=1, policy=promising)
    desk.arrive("a", leave=0.9)
    gold, real = desk.take(), desk.take(gold=False)
    assert told(desk, gold, "stay") == told(desk, real, "stay")
    for claim in (gold, real):
        with pytest.raises(TooLate, match="somebody else is asked"):
            desk.undo(claim.lease.item.id, ADA)
