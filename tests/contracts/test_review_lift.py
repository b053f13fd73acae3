"""Errors prevented week after week: in the fake of the unit tests, SQLite and PostgreSQL."""

from dataclasses import replace

import pytest

from services.review.domain.access import Role, User
from services.review.domain.gold import Purpose
from services.review.domain.votes import Answer
from services.review.errors import NotFound
from services.review.ports import Store
from services.review.use_cases.claiming import Wish
from services.review.use_cases.lifting import WEEKS, ReadLift
from services.review.use_cases.projects import KeepProjects
from tests.builders import a_prediction, a_project
from tests.fakes.bell import FakeBell
from tests.fakes.clock import FakeClock
from tests.fakes.review_workers import Workers

BEN, LEA = User("ben", Role.REVIEWER), User("lea", Role.LEAD)
OPS = User("olga", Role.OPS)
WEEK = 7 * 86_400.0


class Weeks:
    """A project in which people answer, week after week."""

    def __init__(self, store: Store) -> None:
        self.clock = FakeClock()
        self.desk = Workers(store, FakeBell(), self.clock)
        KeepProjects(store, FakeBell(), self.clock).apply(a_project("churn"), OPS)
        self.read = ReadLift(store, self.clock)
        self.events = 0

    def answer(self, *labels: str, version: int = 1) -> None:
        """Ben answers so many events of which the model said `leave`."""
        for label in labels:
            self.events += 1
            self.desk.route([a_prediction(f"e{self.events}", leave=0.55, version=version)])
            (claim,) = self.desk.work.claim(Wish("churn", 1), BEN).claims
            self.desk.decide(claim.lease.id, BEN, Answer(label), 0)

    def told(self) -> list[tuple[float | None, int]]:
        return [(w.prevented.value, w.prevented.rests_on) for w in self.read("churn")]


def test_each_answer_counts_in_the_week_in_which_it_was_given(store: Store) -> None:
    weeks = Weeks(store)
    assert weeks.told() == []

    # two errors in the first week, none answered in the second, one in the third
    weeks.answer("stay", "stay", "leave")
    weeks.clock.pass_seconds(2 * WEEK)
    weeks.answer("stay", "leave")
    weeks.clock.pass_seconds(60)

    assert weeks.told() == [(2.0, 3), (None, 0), (1.0, 2)]
    (first, _, last) = weeks.read("churn")
    assert (last.until - last.since).total_seconds() == WEEK
    assert last.until == weeks.clock.now()
    assert first.prevented.low is not None
    assert first.prevented.low < 2 < (first.prevented.high or 0) <= 3


def test_what_was_decided_otherwise_since_counts_once_and_as_it_stands(store: Store) -> None:
    weeks = Weeks(store)
    weeks.answer("stay", "stay")
    weeks.clock.pass_seconds(WEEK + 60)

    # when somebody contests the first, and a lead says what the model had said
    weeks.desk.appeal("churn", "e1", OPS, "I stay")
    assert weeks.told() == [(1.0, 1), (None, 0)]
    (claim,) = weeks.desk.work.claim(Wish("churn.appeals", 1), LEA).claims
    weeks.desk.decide(claim.lease.id, LEA, Answer("leave"), 0)

    weeks.clock.pass_seconds(60)
    assert weeks.told() == [(1.0, 2), (None, 0)]


def test_gold_gives_an_interval_and_old_weeks_are_left_out(store: Store) -> None:
    weeks = Weeks(store)
    weeks.answer("stay")
    weeks.clock.pass_seconds(WEEKS * WEEK)
    weeks.answer("stay", "stay", "leave", "leave")
    weeks.clock.pass_seconds(60)
    assert weeks.told() == [(2.0, 4)]

    # when Ada answers gold rightly, then there is something that bounds people's errors
    gold = weeks.desk.gold.mark("churn", "e1", "stay", None, LEA)
    with store.write() as transaction:
        turn = transaction.gold.show(gold, "ada", Purpose.EXAM, None, weeks.clock.now())
        transaction.gold.keep(replace(turn, label="stay", at=weeks.clock.now()))
    (week,) = weeks.read("churn")
    assert week.prevented.value == 2.0
    assert week.prevented.low is not None
    assert week.prevented.low < 2 <= (week.prevented.high or 0)

    with pytest.raises(NotFound):
        weeks.read("absent")


def test_before_there_was_a_model_nothing_could_be_prevented(store: Store) -> None:
    weeks = Weeks(store)
    weeks.answer("stay", "stay", version=0)
    weeks.clock.pass_seconds(60)

    assert weeks.told() == []
