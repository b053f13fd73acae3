"""Suspected label errors: the rule, and the way to a second look."""

import random

import pytest

from services.review.domain.ledger import Kind
from services.review.domain.suspects import Contradiction, Trust, contradiction, is_confident
from services.review.errors import NotFound
from services.review.use_cases.observing import Observe
from services.review.use_cases.suspecting import NoticeContradictions
from tests.builders import a_prediction
from tests.unit.review.voting_desk import ADA, LEA, LEO, Desk

LEADS = "churn.leads"


class Seen(Desk):
    """A desk that is observed."""

    def observe(self) -> None:
        self.clock.pass_seconds(3)
        observe = Observe(self.store, self.clock, [NoticeContradictions()])
        while observe():
            pass

    def answered(self, event_id: str, label: str, leave: float) -> None:
        """An event that ada answered, and that was seen."""
        self.arrive(event_id, leave=leave)
        self.say(ADA, label)
        self.observe()

    def suspects(self) -> list[str]:
        return [s.suspect.event_id for s in self.look_again.suspicions("churn", 9).worst]


def test_five_percent_planted_errors_are_mostly_among_the_first_tenth() -> None:
    # given a calibrated model, and answers of which one in twenty was turned around
    draw = random.Random(3)  # noqa: S311 - planted, not secret
    scored = []
    for number in range(4000):
        leave = draw.betavariate(0.4, 0.6)
        label = "leave" if draw.random() < leave else "stay"
        planted = number % 20 == 0
        if planted:
            label = {"leave": "stay", "stay": "leave"}[label]
        found = contradiction({"leave": leave, "stay": 1 - leave}, label)
        scored.append((found.score if found else 0.0, planted))

    scored.sort(key=lambda pair: -pair[0])

    assert sum(planted for _, planted in scored[:400]) >= 0.6 * 200


def test_a_label_held_for_impossible_is_most_suspect_but_not_endlessly() -> None:
    found = contradiction({"leave": 0.0, "stay": 1.0}, "leave")
    assert found is not None
    assert 10 < found.score < 20
    gone = contradiction({"stay": 0.6, "leave": 0.4}, "a label that the model never knew")
    assert gone == Contradiction("stay", 0.6, 0.0)


def test_confident_is_as_sure_as_where_people_agree() -> None:
    trust = {"stay": Trust(2, 1.5)}
    assert is_confident(Contradiction("stay", 0.75, 0.25), trust)
    assert not is_confident(Contradiction("stay", 0.74, 0.26), trust)
    assert not is_confident(Contradiction("leave", 0.99, 0.01), trust)
    assert Trust(1, 0.5).and_one(0.25) == Trust(2, 0.75)


def test_answers_that_the_model_contradicts_are_ranked() -> None:
    desk = Seen()
    desk.answered("agreed", "leave", leave=0.7)
    desk.answered("mild", "stay", leave=0.55)
    desk.answered("bold", "stay", leave=0.75)

    assert desk.suspects() == ["bold", "mild"]
    found = desk.look_again.suspicions("churn", 9)
    assert [each.confident for each in found.worst] == [True, False]
    assert found.counts.open == 2
    with pytest.raises(NotFound):
        desk.look_again.suspicions("loans", 9)


def test_a_second_look_is_blind_and_the_leads_own() -> None:
    # given a contradiction that was answered by the lead who sends it
    desk = Seen()
    desk.arrive("bold", leave=0.75)
    desk.say(LEA, "stay")
    desk.observe()

    assert desk.look_again.send("churn", ["bold", "bold", "unknown"], LEA) == ["bold"]

    # then another lead sees it without the model's answer, opinions or the reason for it
    assert desk.why_nothing(LEA, LEADS) == "none_for_you"
    claim = desk.claim(LEO, LEADS)
    assert claim.lease.item.stage == "doubted"
    assert not claim.lease.sees_model
    assert (claim.opinions, claim.notes) == ((), ())
    assert desk.suspects() == []
    assert desk.story("bold", Kind.DOUBTED) == [{"actor": "lea"}]


def test_what_a_second_look_changes_is_amended_learned_and_counted() -> None:
    desk = Seen()
    desk.answered("one", "stay", leave=0.75)
    desk.answered("two", "stay", leave=0.75)
    assert desk.look_again.send("churn", ["one", "two"], LEA) == ["one", "two"]
    assert desk.look_again.send("churn", ["one", "two"], LEA) == []
    counts = desk.look_again.suspicions("churn", 9).counts
    assert (counts.open, counts.sent, counts.waiting, counts.changed) == (0, 2, 2, 0)

    desk.say(LEO, "leave", LEADS)
    desk.say(LEO, "stay", LEADS)
    desk.observe()

    assert desk.corrections()[-1] == ("correction.amended.v1", 2, "leave")
    assert len(desk.corrections()) == 3
    assert [v.reviewer for v in desk.last_correction().votes] == ["ada", "leo"]
    counts = desk.look_again.suspicions("churn", 9).counts
    assert (counts.open, counts.sent, counts.waiting, counts.changed) == (0, 2, 0, 1)


def test_an_amendment_that_agrees_with_the_model_clears_the_suspicion() -> None:
    desk = Seen()
    desk.answered("one", "stay", leave=0.75)
    desk.appeal("churn", "one", LEO, "it was withdrawn")
    assert desk.look_again.send("churn", ["one"], LEA) == []

    desk.say(LEA, "leave", "churn.appeals")
    desk.observe()

    assert desk.suspects() == []


def test_random_checks_and_events_without_a_model_are_no_suspects() -> None:
    desk = Seen(policy={"error_rate": 1, "auto_margin": 0.1, "audit_probability": 1.0})
    desk.answered("checked", "stay", leave=0.95)
    desk.route([a_prediction("first", leave=0.9, version=0)])
    desk.say(ADA, "stay")
    desk.observe()

    assert desk.suspects() == []


def test_what_was_seen_is_not_seen_again_and_what_is_young_waits() -> None:
    desk = Seen()
    desk.arrive("one", leave=0.75)
    desk.say(ADA, "stay")
    observe = Observe(desk.store, desk.clock, [NoticeContradictions()])
    assert not observe()

    desk.observe()
    desk.observe()

    assert desk.store.kept.suspects.trust("churn") == {"stay": Trust(1, 0.25)}
    desk.store.kept.marks.taken = True
    desk.answered("two", "stay", leave=0.75)
    assert desk.suspects() == ["one"]
