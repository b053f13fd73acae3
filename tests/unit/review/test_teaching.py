"""Answers tell of those who gave them: weighed votes, lessons, pauses, and who was swayed."""

import pytest

from services.review.domain.ledger import Kind
from services.review.domain.quality import Skill
from services.review.domain.reviewers import Reviewer, State
from services.review.domain.standing import Tally
from services.review.domain.votes import Answer
from services.review.errors import NotFound, Paused
from services.review.use_cases.claiming import Wish
from services.review.use_cases.deciding import Status
from shared.project import Quality, Votes
from tests.unit.review.voting_desk import ADA, BEN, CY, LEA, Desk

TWO_OF_THREE = Votes(min=2, max=3, agree_at=0.9)
ONE_TO_THREE = Votes(min=1, max=3, agree_at=0.9)
WATCHED = Quality(pause_below=0.6)


def known(desk: Desk, name: str) -> Reviewer:
    return desk.store.kept.reviewers.get("churn", name)


def planted(desk: Desk, name: str, skill: Skill) -> None:
    desk.store.kept.reviewers.put(Reviewer("churn", name, skill))


def skill(right: float, wrong: float) -> Skill:
    return Skill(
        {"stay": {"stay": right, "leave": wrong}, "leave": {"leave": right, "stay": wrong}}
    )


def test_a_good_reviewer_is_enough_alone_and_an_unknown_one_is_not() -> None:
    desk = Desk(votes=ONE_TO_THREE)
    planted(desk, "ada", skill(200, 2))
    desk.arrive("a", "b")
    assert desk.say(ADA, "stay").status is Status.DECIDED
    assert desk.say(BEN, "stay").status is Status.WAITING


def test_one_good_reviewer_outweighs_two_who_click_at_random() -> None:
    desk = Desk(votes=Votes(min=3, max=3, agree_at=0.9))
    planted(desk, "ada", skill(200, 2))
    for name in ("ben", "cy"):
        planted(desk, name, skill(50, 50))
    desk.arrive("e")
    desk.say(BEN, "leave")
    desk.say(CY, "leave")
    outcome = desk.say(ADA, "stay")
    assert outcome.decided is not None
    assert outcome.decided.label == "stay"


def test_what_two_settle_teaches_both_and_what_one_decides_teaches_nobody() -> None:
    desk = Desk(votes=TWO_OF_THREE)
    desk.arrive("e")
    desk.say(ADA, "stay")
    assert known(desk, "ada").skill == Skill()
    desk.say(BEN, "stay")
    probability = desk.last_correction().label_probabilities["stay"]
    for name in ("ada", "ben"):
        assert known(desk, name).skill.right == pytest.approx(probability / 2)
    alone = Desk()
    alone.arrive("e")
    alone.say(ADA, "stay")
    assert known(alone, "ada").skill == Skill()


def test_a_leads_word_is_the_truth_for_those_who_disagreed() -> None:
    desk = Desk(votes=Votes(min=2, max=2, agree_at=0.9))
    desk.arrive("e")
    desk.say(ADA, "stay")
    assert desk.say(BEN, "leave").status is Status.DISAGREED
    assert known(desk, "ada").evidence == Tally(0.25, 0.5)
    desk.say(LEA, "leave", "churn.leads")
    assert known(desk, "ada").evidence == Tally(0.0, 0.5)
    assert known(desk, "ada").skill.counts == {"leave": {"stay": 0.5}}
    assert known(desk, "ben").skill.counts == {"leave": {"leave": 0.5}}
    assert known(desk, "lea").skill == Skill()


def test_an_old_disagreement_is_no_new_evidence_against_who_was_let_back() -> None:
    desk = Desk(votes=Votes(min=2, max=2, agree_at=0.9))
    desk.store.kept.users.put(ADA)
    desk.arrive("e")
    desk.say(ADA, "stay")
    assert desk.say(BEN, "leave").status is Status.DISAGREED
    desk.standing.resume("churn", "ada", LEA, "we talked")
    desk.say(LEA, "leave", "churn.leads")
    assert known(desk, "ada").evidence == Tally(0.0, 0.0)
    assert known(desk, "ada").skill.counts == {"leave": {"stay": 0.5}}


def test_who_disagreed_learns_before_a_lead_comes_and_unlearns_what_is_taken_back() -> None:
    desk = Desk(votes=Votes(min=2, max=2, agree_at=0.9))
    planted(desk, "ada", skill(20, 2))
    before = known(desk, "ada")
    desk.arrive("e")
    desk.say(ADA, "stay")
    outcome = desk.say(BEN, "leave")
    assert outcome.status is Status.DISAGREED
    assert known(desk, "ben").evidence.right < 0.25
    desk.undo(outcome.item_id, BEN)
    assert known(desk, "ben") == Reviewer("churn", "ben")
    assert known(desk, "ada").evidence == before.evidence
    assert known(desk, "ada").skill.right == pytest.approx(before.skill.right)


def test_taking_back_and_saying_again_teaches_once() -> None:
    desk = Desk(votes=TWO_OF_THREE)
    desk.arrive("e")
    desk.say(ADA, "stay")
    outcome = desk.say(BEN, "stay")
    before = known(desk, "ben")
    for _ in range(3):
        claim = desk.undo(outcome.item_id, BEN)
        desk.decide(claim.lease.id, BEN, Answer("stay"), 0)
    assert known(desk, "ben") == before


def test_taking_back_unlearns_what_the_item_told_of_all() -> None:
    desk = Desk(votes=TWO_OF_THREE)
    desk.arrive("e")
    desk.say(ADA, "stay")
    before = known(desk, "ada"), known(desk, "ben")
    outcome = desk.say(BEN, "stay")
    assert known(desk, "ada").evidence.answered == pytest.approx(0.5)
    claim = desk.undo(outcome.item_id, BEN)
    assert (known(desk, "ada"), known(desk, "ben")) == before
    desk.decide(claim.lease.id, BEN, Answer("leave"), 0)
    desk.say(CY, "leave")
    desk.say(LEA, "leave", "churn.leads")
    assert known(desk, "ada").skill.counts == {"leave": {"stay": 0.5}}


def paused_desk() -> Desk:
    """Cy has just been found out by two who are known to be good."""
    desk = Desk(votes=Votes(min=3, max=3, agree_at=0.9), quality=WATCHED)
    for name in ("ada", "ben"):
        planted(desk, name, skill(200, 2))
    for number in range(60):
        if known(desk, "cy").state is State.PAUSED:
            break
        desk.arrive(f"e{number}")
        for who, label in ((ADA, "stay"), (BEN, "stay"), (CY, "leave")):
            desk.say(who, label)
    return desk


def test_who_is_below_the_bar_is_paused_and_told_why() -> None:
    desk = paused_desk()
    assert known(desk, "cy").by is None
    desk.arrive("next")
    with pytest.raises(Paused, match=r"less than 60%.*a lead of 'churn'.*cy/resume"):
        desk.claim(CY)
    assert desk.claim(ADA).lease.holder == "ada"
    (entry,) = desk.store.kept.ledger.story("churn", "cy", [Kind.REVIEWER])
    assert entry.detail == "paused"


def test_the_answer_that_pauses_is_kept_though_more_was_asked_for() -> None:
    desk = Desk(quality=WATCHED)
    desk.arrive("a", "b")
    claim = desk.claim(CY)
    desk.standing.pause("churn", "admin", LEA, "to see that others go on")
    desk.store.kept.reviewers.put(known(desk, "cy").paused(desk.clock.now(), None, "slips"))
    outcome, following = desk.decide(claim.lease.id, CY, Answer("stay"), 1)
    assert outcome.status is Status.DECIDED
    assert following.claims == []


def test_a_lead_lets_somebody_back_and_the_evidence_begins_anew() -> None:
    desk = paused_desk()
    desk.store.kept.users.put(CY)
    before = known(desk, "cy").skill
    resumed = desk.standing.resume("churn", "cy", LEA, "we talked")
    assert (resumed.state, resumed.evidence.answered) == (State.QUALIFIED, 0)
    assert resumed.skill == before
    desk.arrive("one", "two")
    desk.say(CY, "leave")
    assert desk.queues.claim(Wish("churn", 1), CY).claims


def test_only_somebody_is_paused() -> None:
    desk = Desk()
    with pytest.raises(NotFound, match="no user 'nobody'"):
        desk.standing.pause("churn", "nobody", LEA, "gone")
    with pytest.raises(NotFound, match="no project 'loans'"):
        desk.standing.pause("loans", "admin", LEA, "gone")


def test_who_sees_the_model_is_compared_with_who_does_not() -> None:
    desk = Desk(quality=Quality(hidden_share=0.5))
    desk.arrive(*(f"e{number}" for number in range(100)))
    for _ in range(100):
        claim = desk.claim(ADA)
        desk.decide(claim.lease.id, ADA, Answer("leave" if claim.lease.sees_model else "stay"), 0)
    report = desk.measure.anchoring("churn")
    arms = report.arms
    assert (arms.shown + arms.hidden, arms.shown_agreed, arms.hidden_agreed) == (100, arms.shown, 0)
    assert report.effect.mean == 1
    desk.arrive("last")
    outcome = desk.say(ADA, "leave")
    assert desk.measure.anchoring("churn").arms != arms
    desk.undo(outcome.item_id, ADA)
    assert desk.measure.anchoring("churn").arms == arms


def test_who_takes_back_a_disagreement_is_compared_once() -> None:
    desk = Desk(votes=Votes(min=2, max=2, agree_at=0.9), quality=Quality(hidden_share=0.5))
    desk.arrive("e")
    desk.say(ADA, "stay")
    before = desk.measure.anchoring("churn").arms
    outcome = desk.say(BEN, "leave")
    assert outcome.status is Status.DISAGREED
    desk.undo(outcome.item_id, BEN)
    assert desk.measure.anchoring("churn").arms == before


def test_where_chance_does_not_decide_nothing_is_compared() -> None:
    for changes in ({}, {"blind": True, "quality": Quality(hidden_share=0.5)}):
        desk = Desk(**changes)
        desk.arrive("e")
        desk.say(ADA, "leave")
        assert desk.measure.anchoring("churn").arms.shown == 0
        assert known(desk, "ada") == Reviewer("churn", "ada")


def test_what_ones_answers_came_to_is_told_a_day_later() -> None:
    desk = Desk()
    desk.arrive("a", "b")
    desk.say(ADA, "stay")
    desk.say(ADA, "leave")
    assert desk.measure.impact(None, "ada") == {}
    desk.clock.pass_seconds(86_401)
    (impact,) = desk.measure.impact(None, "ada").values()
    assert (impact.answers, impact.stood, impact.corrected) == (2, 2, 1)
    assert desk.measure.impact(["loans"], "ada") == {}


def test_reports_on_reviewers() -> None:
    desk = Desk(votes=TWO_OF_THREE)
    desk.arrive("a", "b")
    for labels in (("stay", "stay"), ("leave", "stay")):
        for who, label in zip((ADA, BEN), labels, strict=True):
            claim = desk.claim(who)
            desk.decide(claim.lease.id, who, Answer(label, seconds_spent=4.0), 0)
    ada, ben = desk.measure.reviewers("churn")
    assert (ada.reviewer.name, ada.answers, ada.median_seconds, ada.agreement) == ("ada", 2, 4, 0.5)
    assert ada.accuracy.low < ada.accuracy.mean < ada.accuracy.high
    assert ben.agreement == 0.5
    agreement = desk.measure.agreement("churn")
    assert (agreement.items, [p.reviewers for p in agreement.pairs]) == (2, [("ada", "ben")])
    assert agreement.krippendorff_alpha == agreement.pairs[0].cohen_kappa == 0
    assert desk.measure.own(None, "ada").keys() == {"churn"}
    assert desk.measure.own(["loans"], "ada") == {}
    assert desk.measure.own(None, "cy") == {}
