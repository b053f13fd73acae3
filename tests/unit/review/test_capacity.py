"""Stories of more events than people can answer."""

from collections.abc import Sequence

import pytest
from pydantic import ValidationError

from services.review.domain.access import ADMIN
from services.review.domain.ledger import Kind
from services.review.web.stories import Told
from shared.events import RouteReason
from shared.project import Capacity, Deadline, Fallback, Policy, SafeDefault, WhenOver
from tests.builders import a_prediction, a_project
from tests.unit.review.voting_desk import ADA, NEVER, OPS, Desk

TEN = Capacity(answers_an_hour=5, hours=2, when_over=WhenOver.FALLBACK)
MODEL = Deadline(fallback=Fallback.MODEL)


def a_desk(capacity: Capacity = TEN, deadline: Deadline = MODEL, **policy: object) -> Desk:
    changes = {"capacity": capacity} | policy
    return Desk(policy=NEVER.model_copy(update=changes), deadline=deadline)


def arrive(desk: Desk, doubts: Sequence[float], version: int = 1) -> None:
    """Torn events come in, one after the other."""
    for number, leave in enumerate(doubts):
        desk.route([a_prediction(f"e{number}", leave=leave, version=version)])


FIFTEEN = [0.35 + number / 100 for number in range(15)]
"""The newest are those of which the model is least sure."""


def test_the_fallback_decides_the_newest_beyond_capacity_whatever_they_are_worth() -> None:
    desk = a_desk()
    arrive(desk, FIFTEEN)
    load = desk.records.report("churn").load
    assert load is not None
    assert (load.waiting, load.excess, load.is_over) == (15, 5, True)

    desk.relieve()

    assert desk.decisions() == [(1, "stay", "fallback")] * 5
    by_fallback = [e.subject for _, e in desk.store.kept.ledger.rows if e.kind is Kind.DECIDED]
    assert sorted(by_fallback) == ["e10", "e11", "e12", "e13", "e14"]
    report = desk.records.report("churn")
    assert (report.tally.by_fallback, report.tally.auto, report.waiting) == (5, 0, 10)
    assert report.load is not None
    assert not report.load.is_over


def test_it_is_nobodys_promise_and_the_record_says_why() -> None:
    desk = a_desk()
    arrive(desk, FIFTEEN)
    desk.relieve()
    (decided,) = [e for e in desk.records.story("churn", "e14", ADMIN) if e.kind is Kind.DECIDED]
    assert Told.of(decided).remark == "more waited than people can answer"
    assert desk.store.kept.blocks.newest("churn") == {}
    assert desk.corrections() == []


def test_what_was_decided_so_can_be_contested() -> None:
    desk = a_desk()
    arrive(desk, FIFTEEN)
    desk.relieve()
    desk.appeal("churn", "e14", OPS, "I stay")
    assert desk.records.report("churn").waiting == 11


def test_who_waits_waits() -> None:
    desk = a_desk(TEN.model_copy(update={"when_over": WhenOver.WAIT}), Deadline())
    arrive(desk, FIFTEEN)
    desk.relieve()
    assert desk.decisions() == []
    load = desk.records.report("churn").load
    assert load is not None
    assert load.is_over


def test_what_somebody_holds_is_theirs() -> None:
    desk = a_desk(TEN.model_copy(update={"answers_an_hour": 0.1}))
    arrive(desk, FIFTEEN[:3])
    desk.claim(ADA)
    desk.relieve()
    assert len(desk.decisions()) == 2
    assert desk.records.report("churn").waiting == 1


def test_while_automation_is_stopped_nothing_is_decided_without_people() -> None:
    desk = a_desk()
    arrive(desk, FIFTEEN)
    desk.projects.switch("churn", OPS, "a doubt", stopped=True)
    desk.relieve()
    assert desk.decisions() == []


@pytest.mark.parametrize(
    ("deadline", "version", "decided"),
    [
        (MODEL, 0, 0),
        (Deadline(fallback=SafeDefault(safe_default="leave")), 0, 5),
        (Deadline(fallback=SafeDefault(safe_default="leave")), 1, 5),
    ],
)
def test_a_model_that_knows_nothing_decides_nothing(
    deadline: Deadline, version: int, decided: int
) -> None:
    desk = a_desk(deadline=deadline)
    arrive(desk, FIFTEEN, version)
    assert not desk.relieve()
    assert len(desk.decisions()) == decided


def test_checks_always_wait_for_people() -> None:
    desk = a_desk(auto_margin=0.0, audit_probability=1.0)
    arrive(desk, FIFTEEN)
    assert {item.reason for item in desk.store.kept.items.items.values()} == {RouteReason.AUDIT}
    desk.relieve()
    assert desk.decisions() == []


def test_a_fallback_that_decides_nothing_is_refused() -> None:
    policy = Policy(capacity=TEN)
    with pytest.raises(ValidationError, match=r"give deadline\.fallback: model or"):
        a_project(policy=policy, deadline=Deadline(fallback=Fallback.ESCALATE))
