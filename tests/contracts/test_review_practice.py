"""Practice on what others decided: in the fake of the unit tests, SQLite and PostgreSQL."""

import pytest

from services.review.domain.access import Role, User
from services.review.domain.votes import Answer
from services.review.errors import NotFound, NothingToPractise
from services.review.ports import Store
from services.review.use_cases.claiming import Wish
from services.review.use_cases.projects import KeepProjects
from tests.builders import a_prediction, a_project
from tests.fakes.bell import FakeBell
from tests.fakes.clock import FakeClock
from tests.fakes.review_workers import Workers

ADA, BEN = User("ada", Role.REVIEWER), User("ben", Role.REVIEWER)
LEA, OPS = User("lea", Role.LEAD), User("olga", Role.OPS)


def decided(store: Store, *labels: str) -> Workers:
    """A project in which Ben has answered so many events."""
    clock = FakeClock()
    desk = Workers(store, FakeBell(), clock)
    KeepProjects(store, FakeBell(), clock).apply(a_project("churn"), OPS)
    for number in range(len(labels)):
        desk.route([a_prediction(f"e{number}", leave=0.55)])
    for claim in desk.work.claim(Wish("churn", len(labels)), BEN).claims:
        label = labels[int(claim.lease.item.event_id[1:])]
        desk.decide(claim.lease.id, BEN, Answer(label), 0)
    return desk


def test_practice_tells_at_once_and_counts_for_nothing(store: Store) -> None:
    desk = decided(store, "stay", "leave")

    # when Ada tries both, the newest first, once rightly and once wrongly
    first = desk.practise.ask("churn", ADA)
    assert first.case.event_id == "e1"
    wrong = desk.practise.answer("churn", first.id, ADA, "stay")
    second = desk.practise.ask("churn", ADA)
    right = desk.practise.answer("churn", second.id, ADA, "stay")

    assert (wrong.is_right, wrong.exercise.label, wrong.exercise.predicted) == (
        False,
        "leave",
        "leave",
    )
    assert (right.is_right, second.case.event_id) == (True, "e0")
    assert desk.practise.answer("churn", second.id, ADA, "leave").exercise == right.exercise
    with store.read() as transaction:
        assert transaction.reviewers.get("churn", "ada").skill.answered == 0
        assert [b.reviewer for b in transaction.votes.newest("churn", 9)] == ["ben", "ben"]
    with pytest.raises(NothingToPractise):
        desk.practise.ask("churn", ADA)


def test_who_has_practised_an_event_is_not_given_it_as_gold(store: Store) -> None:
    desk = decided(store, "stay", "stay")
    task = desk.practise.ask("churn", ADA)
    desk.practise.answer("churn", task.id, ADA, "stay")

    for event in ("e0", "e1"):
        desk.gold.mark("churn", event, "stay", "see § 3", LEA)

    with store.read() as transaction:
        fresh = transaction.gold.fresh("churn", "ada", 9)
        both = transaction.gold.fresh("churn", "cy", 9)
    assert [gold.event_id for gold in fresh] == ["e0"]
    assert [gold.event_id for gold in both] == ["e0", "e1"]


def test_gold_is_practised_once_it_is_retired_and_then_explained(store: Store) -> None:
    desk = decided(store, "stay")
    known = desk.practise.ask("churn", ADA).id
    desk.gold.mark("churn", "e0", "stay", "see § 3", LEA)
    with pytest.raises(NothingToPractise):
        desk.practise.ask("churn", ADA)
    with pytest.raises(NotFound, match="no such exercise for you"):
        desk.practise.answer("churn", known, ADA, "stay")

    desk.gold.retire("churn", "e0", LEA)

    told = desk.practise.answer("churn", desk.practise.ask("churn", ADA).id, ADA, "stay")
    assert told.exercise.explanation == "see § 3"


def test_nobody_practises_on_their_own_decisions_or_on_what_waits(store: Store) -> None:
    desk = decided(store, "stay")
    desk.route([a_prediction("waits", leave=0.55)])
    (claim,) = desk.work.claim(Wish("churn", 1), BEN).claims

    with pytest.raises(NothingToPractise):
        desk.practise.ask("churn", BEN)
    for item in (desk.practise.ask("churn", ADA).id, claim.lease.item.id):
        with pytest.raises(NotFound):
            desk.practise.answer("churn", item, BEN, "stay")


def test_what_was_skipped_is_no_exercise(store: Store) -> None:
    desk = decided(store, "stay")
    desk.route([a_prediction("skipped", leave=0.55)])
    (claim,) = desk.work.claim(Wish("churn", 1), ADA).claims
    desk.work.skip(claim.lease.id, ADA, None)
    (claim,) = desk.work.claim(Wish("churn", 1), BEN).claims
    desk.decide(claim.lease.id, BEN, Answer("leave"), 0)

    assert desk.practise.ask("churn", ADA).case.event_id == "e0"
    with pytest.raises(NotFound):
        desk.practise.answer("churn", claim.lease.item.id, ADA, "leave")
