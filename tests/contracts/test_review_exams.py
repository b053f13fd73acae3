"""An exam taken to its end: in the fake of the unit tests, SQLite and PostgreSQL."""

import pytest

from services.review.domain.access import Role, User
from services.review.domain.ledger import Kind
from services.review.domain.votes import Answer
from services.review.errors import NotQualified, TooFewQuestions
from services.review.ports import Store
from services.review.use_cases.claiming import Wish
from services.review.use_cases.projects import KeepProjects
from shared.project import Exam, Quality
from tests.builders import a_prediction, a_project
from tests.fakes.bell import FakeBell
from tests.fakes.clock import FakeClock
from tests.fakes.review_workers import Workers

ADA, LEA, LEO = User("ada", Role.REVIEWER), User("lea", Role.LEAD), User("leo", Role.LEAD)
OPS = User("olga", Role.OPS)


def test_who_fails_and_then_passes_may_claim(store: Store) -> None:
    # given three gold items, and an exam of two questions
    clock = FakeClock()
    desk = Workers(store, FakeBell(), clock)
    quality = Quality(exam=Exam(questions=2, pass_at=1))
    KeepProjects(store, FakeBell(), clock).apply(a_project("churn", quality=quality), OPS)
    for number in range(5):
        desk.route([a_prediction(f"e{number}", leave=0.55)])
    for claim in desk.work.claim(Wish("churn", 3), LEO).claims:
        desk.decide(claim.lease.id, LEO, Answer("stay"), 0)
        desk.gold.mark("churn", claim.lease.item.event_id, "stay", "see § 3", LEA)

    def reply(label: str) -> bool | None:
        clock.pass_seconds(1)
        return desk.exam.answer("churn", desk.exam.ask("churn", ADA).id, ADA, label).passed

    # when one of two is wrong, then the third alone is too few to begin again
    assert [reply("leave"), reply("stay")] == [None, False]
    with pytest.raises(TooFewQuestions, match="needs 1 more"):
        desk.exam.ask("churn", ADA)
    with pytest.raises(NotQualified):
        desk.work.claim(Wish("churn", 1), ADA)

    # when there is a fourth, then two right answers open the queue
    for claim in desk.work.claim(Wish("churn", 1), LEO).claims:
        desk.decide(claim.lease.id, LEO, Answer("stay"), 0)
        desk.gold.mark("churn", claim.lease.item.event_id, "stay", None, LEA)
    assert [reply("stay"), reply("stay")] == [None, True]
    assert len(desk.work.claim(Wish("churn", 1), ADA).claims) == 1
    with store.read() as transaction:
        entries = transaction.ledger.story("churn", "ada", [Kind.REVIEWER])
    assert [entry.detail for entry in entries] == ["training", "qualified"]
