"""The exam before a queue opens: questions with feedback, other ones for who fails."""

import json

import pytest

from services.review.domain.ledger import Kind
from services.review.domain.reviewers import Reviewer, State
from services.review.domain.votes import Answer
from services.review.errors import (
    AlreadyAnswered,
    Forbidden,
    Invalid,
    NoExam,
    NotFound,
    NotQualified,
    Paused,
    TooFewQuestions,
)
from services.review.use_cases.exams import Marked, Question
from shared.project import Exam, Project, Quality
from tests.unit.review.voting_desk import ADA, BEN, LEA, LEO, Desk

EXAM = Quality(exam=Exam(questions=4, pass_at=0.75), pause_below=0.6)
KNOWN = {True: "stay", False: "leave"}


class Exams(Desk):
    """A project with an exam, and gold that Leo has decided and Lea has marked."""

    def __init__(self, gold: int = 4, quality: Quality = EXAM) -> None:
        super().__init__(quality=quality)
        names = [f"gold{number}" for number in range(gold)]
        self.arrive(*names)
        for name in names:
            self.decide(self.claim(LEO).lease.id, LEO, Answer("stay"), 0)
            self.gold.mark("churn", name, "stay", f"see {name}", LEA)
        self.arrive("open")

    @property
    def ada(self) -> Reviewer:
        return self.store.kept.reviewers.get("churn", "ada")

    def ask(self) -> Question:
        return self.exam.ask("churn", ADA)

    def reply(self, *right: bool) -> Marked:
        """Ada answers the next questions so; what she is told of the last."""
        told = []
        for is_right in right:
            question = self.ask()
            self.clock.pass_seconds(1)
            told.append(self.exam.answer("churn", question.id, ADA, KNOWN[is_right]))
        return told[-1]

    def change(self, quality: Quality) -> None:
        state: Project = self.projects.get("churn").configuration
        self.projects.apply(state.model_copy(update={"quality": quality}), LEA)


def test_the_queue_opens_to_who_has_passed() -> None:
    desk = Exams()
    with pytest.raises(NotQualified, match="POST /v1/queues/churn/exam gives the first question"):
        desk.claim(ADA)
    told = [desk.reply(right) for right in (True, False, True)]
    assert [(m.turn.is_right, m.left, m.passed) for m in told] == [
        (True, 3, None),
        (False, 2, None),
        (True, 1, None),
    ]
    with pytest.raises(NotQualified, match="next question, 1 are left"):
        desk.claim(ADA)
    last = desk.reply(True)
    assert (last.left, last.passed) == (0, True)
    assert "POST /v1/queues/churn/claims" in last.then
    assert desk.claim(ADA).lease.item.event_id == "open"


def test_an_answer_is_told_with_the_known_one_and_why() -> None:
    desk = Exams()
    question = desk.ask()
    assert question.left == 4
    assert question.case.features
    marked = desk.exam.answer("churn", question.id, ADA, "leave")
    assert not marked.turn.is_right
    assert marked.turn.gold.label == "stay"
    assert marked.turn.gold.explanation == f"see {question.case.event_id}"
    (entry,) = desk.store.kept.ledger.story("churn", str(question.id), [Kind.GOLD_ANSWERED])
    assert entry.detail == "exam.wrong"


def test_a_question_waits_until_it_is_answered_and_comes_once() -> None:
    desk = Exams()
    assert desk.ask() == desk.ask()
    seen = []
    for _ in range(4):
        seen.append(desk.ask().case.event_id)
        desk.reply(True)
    assert sorted(seen) == [f"gold{number}" for number in range(4)]


def test_the_same_answer_again_changes_nothing_and_another_is_refused() -> None:
    desk = Exams(gold=8)
    question = desk.ask()
    first = desk.exam.answer("churn", question.id, ADA, "stay")
    assert desk.exam.answer("churn", question.id, ADA, "stay") == first
    with pytest.raises(AlreadyAnswered, match="'stay'"):
        desk.exam.answer("churn", question.id, ADA, "leave")
    assert desk.ada.skill.right == 1
    failed = desk.reply(False, False, False)
    assert desk.exam.answer("churn", failed.turn.id, ADA, "leave") == failed
    passed = desk.reply(True, True, True, True)
    assert desk.exam.answer("churn", passed.turn.id, ADA, "stay") == passed


def test_who_fails_begins_again_with_other_questions() -> None:
    desk = Exams(gold=8)
    failed = desk.reply(True, True, False, False)
    assert (failed.left, failed.passed) == (0, False)
    assert "begin again: POST /v1/queues/churn/exam" in failed.then
    with pytest.raises(NotQualified):
        desk.claim(ADA)
    assert desk.ask().left == 4
    assert desk.reply(True, True, True, True).passed
    turns = desk.store.kept.gold.turns.values()
    assert len({turn.gold.event_id for turn in turns}) == 8


def test_who_has_seen_all_questions_is_sent_to_a_lead_who_helps() -> None:
    desk = Exams(gold=6)
    failed = desk.reply(False, False, False, False)
    assert "needs 2 more questions" in failed.then
    with pytest.raises(TooFewQuestions, match="ask a lead of 'churn'"):
        desk.ask()
    with pytest.raises(NotQualified, match=r"POST /v1/projects/churn/gold.*ada/resume"):
        desk.claim(ADA)
    desk.store.kept.users.put(ADA)
    desk.standing.resume("churn", "ada", LEA, "we talked")
    assert desk.claim(ADA).lease.holder == "ada"


def test_answers_teach_and_the_outcome_is_in_the_ledger() -> None:
    desk = Exams(gold=8)
    desk.reply(True, False)
    assert desk.ada.skill.counts["stay"] == pytest.approx({"stay": 0.999, "leave": 1.0})
    desk.reply(False, False)
    assert desk.ada.state is State.TRAINING
    desk.reply(True, True, True, False)
    assert (desk.ada.state, desk.ada.by, desk.ada.evidence.answered) == (State.QUALIFIED, None, 0)
    assert desk.ada.skill.answered > 7
    entries = desk.store.kept.ledger.story("churn", "ada", [Kind.REVIEWER])
    assert [(entry.detail, json.loads(entry.body)["reason"]) for entry in entries] == [
        ("training", "1 of 4 answers in the exam were right"),
        ("qualified", "3 of 4 answers in the exam were right"),
    ]


def test_nobody_is_paused_while_they_learn() -> None:
    desk = Exams(gold=30, quality=Quality(exam=Exam(questions=30), pause_below=0.9))
    desk.reply(*[False] * 29)
    assert desk.ada.state is State.TRAINING


def test_who_is_paused_takes_no_exam() -> None:
    desk = Exams()
    question = desk.ask()
    desk.store.kept.reviewers.put(desk.ada.paused(desk.clock.now(), "lea", "away"))
    for act in (desk.ask, lambda: desk.exam.answer("churn", question.id, ADA, "stay")):
        with pytest.raises(Paused, match="away"):
            act()


def test_leads_and_projects_without_an_exam_have_none() -> None:
    desk = Exams()
    assert desk.claim(LEO).lease.holder == "leo"
    with pytest.raises(NoExam, match="POST /v1/queues/churn/claims"):
        desk.exam.ask("churn", LEO)
    with pytest.raises(NoExam):
        Exams(quality=Quality()).ask()


def test_what_is_held_when_an_exam_begins_may_be_answered() -> None:
    desk = Exams(quality=Quality())
    held = desk.claim(ADA)
    desk.change(EXAM)
    outcome, following = desk.decide(held.lease.id, ADA, Answer("stay"), 1)
    assert outcome.decided
    assert following.claims == []


def test_an_exam_that_has_become_shorter_ends_with_the_next_answer() -> None:
    desk = Exams()
    desk.reply(True, True, True)
    desk.change(Quality(exam=Exam(questions=2)))
    assert desk.ask().left == 1
    assert desk.reply(True).passed


def test_only_own_questions_are_answered_and_only_with_labels() -> None:
    desk = Exams()
    question = desk.ask()
    for number, who in ((question.id, BEN), (99, ADA)):
        with pytest.raises(NotFound, match="POST /v1/queues/churn/exam"):
            desk.exam.answer("churn", number, who, "stay")
    with pytest.raises(Invalid, match="stay, leave"):
        desk.exam.answer("churn", question.id, ADA, "maybe")
    with pytest.raises(Forbidden):
        desk.exam.ask("churn.leads", ADA)
    with pytest.raises(NotFound):
        desk.exam.ask("loans", ADA)


def test_hidden_gold_is_no_question() -> None:
    desk = Exams(quality=Quality(gold_share=0.1))
    desk.claim(ADA)
    (turn,) = desk.store.kept.gold.turns.values()
    desk.change(EXAM)
    with pytest.raises(NotFound):
        desk.exam.answer("churn", turn.id, ADA, "stay")
