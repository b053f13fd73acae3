"""Retention: after its time what describes an event is erased, and nothing else."""

import json

import pytest

from services.review.domain.ledger import Kind
from services.review.use_cases import retaining
from services.review.use_cases.retaining import RetainSubjects
from shared.events import EventType, SubjectsErased
from tests.builders import a_project
from tests.fakes.review_erasing import FakeRemains
from tests.unit.review.test_sealing import SealedDesk
from tests.unit.review.voting_desk import ADA, NEVER, OPS

DAY = 86_400


class KeepingDesk(SealedDesk):
    def __init__(self, days: int | None = 30) -> None:
        super().__init__(retention_days=days)
        self.remains = FakeRemains()
        self.retain = RetainSubjects(self.store, self.remains, self.clock)

    def described(self) -> list[str]:
        """The events of which it is still known what they were about."""
        return [
            entry.subject
            for _, entry in self.kept.ledger.rows
            if entry.kind is Kind.ROUTED and json.loads(entry.body)["prediction"].get("features")
        ]


def test_what_is_old_is_erased_and_what_is_not_is_kept() -> None:
    desk = KeepingDesk()
    desk.arrive("old", leave=0.95)
    desk.clock.pass_seconds(20 * DAY)
    desk.arrive("young", leave=0.95)
    desk.seal()
    assert not desk.retain()
    assert desk.described() == ["old", "young"]

    desk.clock.pass_seconds(11 * DAY)
    assert not desk.retain()
    assert desk.described() == ["young"]
    assert desk.verify().faults == []
    (event,) = [e for e in desk.kept.outbox.events if e.type is EventType.SUBJECTS_ERASED]
    assert isinstance(event.data, SubjectsErased)
    assert (event.data.event_ids, event.data.unlearn) == (["old"], False)
    told = [e for _, e in desk.kept.ledger.rows if e.kind is Kind.ERASED]
    assert [(e.detail, json.loads(e.body)["actor"]) for e in told] == [("retention", "retention")]


def test_without_a_time_everything_is_kept() -> None:
    desk = KeepingDesk(None)
    desk.arrive("old", leave=0.95)
    desk.clock.pass_seconds(10_000 * DAY)
    assert not desk.retain()
    assert desk.described() == ["old"]


def test_who_waits_for_people_is_erased_once_they_have_decided() -> None:
    desk = KeepingDesk()
    desk.arrive("waits")
    desk.arrive("old", leave=0.95)
    desk.clock.pass_seconds(31 * DAY)
    desk.retain()
    assert desk.described() == ["waits"]
    desk.retain()
    assert desk.described() == ["waits"]
    desk.say(ADA, "leave")
    desk.retain()
    assert desk.described() == []


def test_much_is_erased_part_by_part(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retaining, "_AT_ONCE", 2)
    desk = KeepingDesk()
    desk.arrive(*(f"e{number}" for number in range(5)), leave=0.95)
    desk.clock.pass_seconds(31 * DAY)
    assert [desk.retain() for _ in range(3)] == [True, True, False]
    assert desk.described() == []


def test_another_process_may_do_it() -> None:
    desk = KeepingDesk()
    desk.arrive("old", leave=0.95)
    desk.clock.pass_seconds(31 * DAY)
    desk.kept.marks.taken = True
    desk.retain()
    assert desk.described() == ["old"]


def test_files_are_scrubbed_once_a_day_at_most() -> None:
    desk = KeepingDesk()
    scrubbed = []
    for number in range(4):
        desk.arrive(f"e{number}", leave=0.95)
        desk.clock.pass_seconds(31 * DAY if number in {0, 2} else 60)
        desk.retain()
        scrubbed.append(desk.remains.scrubbed)
    assert scrubbed == [1, 1, 2, 2]


def test_a_shorter_time_applies_to_what_is_there() -> None:
    desk = KeepingDesk(None)
    desk.arrive("old", leave=0.95)
    desk.clock.pass_seconds(2 * DAY)
    desk.projects.apply(a_project("churn", policy=NEVER, retention_days=1), OPS)
    desk.retain()
    assert desk.described() == []
