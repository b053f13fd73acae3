"""Streaks: the fake of the unit tests, SQLite and PostgreSQL count alike."""

from zoneinfo import ZoneInfo

from services.review.domain.access import Role, User
from services.review.domain.streaks import Streak
from services.review.domain.votes import Answer
from services.review.ports import Store
from services.review.use_cases.claiming import Wish
from services.review.use_cases.projects import KeepProjects
from tests.builders import a_prediction, a_project
from tests.fakes.bell import FakeBell
from tests.fakes.clock import FakeClock
from tests.fakes.review_workers import Workers

BEN, LEA = User("ben", Role.REVIEWER), User("lea", Role.LEAD)
OPS = User("olga", Role.OPS)
DAY = 86_400.0


def answer_ten(desk: Workers, name: str) -> None:
    for number in range(10):
        desk.route([a_prediction(f"{name}-{number}", leave=0.55)])
        (claim,) = desk.work.claim(Wish("churn", 1), BEN).claims
        desk.decide(claim.lease.id, BEN, Answer("stay"), 0)


def test_a_streak_is_made_of_days_whose_answers_stood(store: Store) -> None:
    # given Ben, who answers ten events on each of two days
    clock = FakeClock()
    desk = Workers(store, FakeBell(), clock)
    KeepProjects(store, FakeBell(), clock).apply(a_project("churn"), OPS)
    for day in range(2):
        answer_ten(desk, f"e{day}")
        clock.pass_seconds(DAY)
    assert desk.measure.streaks(None, "ben") == {"churn": Streak(1, 1.0)}

    # when the second is a day ago too, and a lead decides one of it otherwise
    clock.pass_seconds(60)
    desk.appeal("churn", "e1-3", OPS, "no")
    (claim,) = desk.work.claim(Wish("churn.appeals", 1), LEA).claims
    desk.decide(claim.lease.id, LEA, Answer("leave"), 0)
    assert desk.measure.streaks(None, "ben") == {"churn": Streak(2, 1.9)}

    # then it is told of nobody else, and of no other project
    assert desk.measure.streaks(None, "lea") == {}
    assert desk.measure.streaks({"other"}, "ben") == {}


def test_days_are_those_of_the_zone(store: Store) -> None:
    # given ten answers at noon and ten at ten in the evening, as UTC has it
    clock = FakeClock()
    desk = Workers(store, FakeBell(), clock)
    KeepProjects(store, FakeBell(), clock).apply(a_project("churn"), OPS)
    answer_ten(desk, "noon")
    clock.pass_seconds(10 * 3600)
    answer_ten(desk, "evening")
    clock.pass_seconds(DAY + 60)

    # then they are of one day there, and of two in Tokyo, where midnight lies between
    assert desk.measure.streaks(None, "ben") == {"churn": Streak(1, 1.0)}
    assert desk.measure.streaks(None, "ben", ZoneInfo("Asia/Tokyo")) == {"churn": Streak(2, 2.0)}
