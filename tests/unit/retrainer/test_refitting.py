"""Challengers are fitted beside learning, and enter where the ledger says."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest

from services.retrainer.adapters.fitters import ProcessFitters
from services.retrainer.domain.ledger import Kind
from services.retrainer.domain.refits import Refit
from services.retrainer.ports import Outcome
from services.retrainer.use_cases.courses import Courses
from services.retrainer.use_cases.rebuilding import RebuildVersion
from tests.fakes.retrainer_bench import Bench
from tests.fakes.retrainer_corrections import churn_corrections, churn_project
from tests.fakes.retrainer_fitters import FakeFitters

PATIENCE_SECONDS = 60


def entries(bench: Bench) -> list[str]:
    """The fits that are heard, in order."""
    with bench.store.read() as transaction:
        found = transaction.ledger.after("churn", 0, 10_000)
    return [entry.identity for entry in found if entry.kind is Kind.REFIT]


def taught(directory: Path, count: int, at_once: int = 20) -> Bench:
    bench = Bench(directory, fits=True)
    bench.configure(churn_project())
    bench.teach(churn_corrections(count), at_once)
    bench.work()
    return bench


def test_a_fit_enters_after_what_it_was_made_of(tmp_path: Path) -> None:
    with taught(tmp_path, 100) as bench:
        found = entries(bench)
        assert [name.split("/")[0] for name in found[:2]] == ["boosted", "randomised"]
        with bench.store.read() as transaction:
            for entry in transaction.ledger.after("churn", 0, 10_000):
                if entry.kind is Kind.REFIT:
                    assert int(entry.identity.split("/")[1]) < entry.position
        assert bench.value("handraise_corrections_learned_total") == 100
        reasons = {version.reason for version in bench.publisher.versions()}
        assert "learned from 20 corrections" in reasons


def test_who_learns_the_ledger_again_gets_the_same(tmp_path: Path) -> None:
    # given a retrainer that was killed twice, once with a checkpoint, and then went on
    with taught(tmp_path, 90) as bench:
        bench.start(checkpoint_every=40)
        bench.teach(churn_corrections(130)[90:])
        bench.start(checkpoint_every=40)
        bench.teach(churn_corrections(140)[130:], at_once=9)

        versions = bench.publisher.versions()
        assert len(entries(bench)) >= 3
        for version in (versions[len(versions) // 2], versions[-1]):
            assert bench.rebuild(version.version).is_same


def test_a_fit_is_not_heard_after_the_labels_have_changed(tmp_path: Path) -> None:
    with taught(tmp_path, 64) as bench:
        before = entries(bench)
        more = churn_project().model_copy(update={"labels": ("No", "Yes", "Perhaps")})
        # given a fit that was finished under two labels
        assert bench.fitters.is_working("churn")
        bench.configure(more, version=2)
        bench.work()
        bench.work()

        newest = bench.newest()
        assert newest is not None
        assert bench.rebuild(newest.number).is_same
        bench.teach(churn_corrections(80)[64:])
        assert len(entries(bench)) > len(before)


def test_a_process_of_its_own_gives_the_same_fit(tmp_path: Path) -> None:
    with taught(tmp_path, 70) as bench:
        newest = bench.newest()
        assert newest is not None
        assert entries(bench)
        fitters = ProcessFitters()
        courses = Courses(bench.store, bench.learners, fitters, bench.metrics)
        try:
            assert RebuildVersion(bench.store, courses)("churn", newest.number).is_same
        finally:
            fitters.close()


@dataclass(frozen=True)
class Answer:
    """Implements `services.retrainer.ports.Outcome`."""

    sha256: str
    failure: str = ""


def waited_for(fitters: FakeFitters | ProcessFitters) -> tuple[Refit, Outcome] | None:
    until = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < until and fitters.is_working("churn"):
        finished = fitters.finished("churn")
        if finished is not None:
            return finished
        time.sleep(0.01)
    return None


class Failure(Exception):
    """Of a fit."""


def fail() -> Outcome:
    raise Failure


@pytest.mark.parametrize("make", [FakeFitters, ProcessFitters])
def test_a_fit_is_handed_over_once(make: Callable[[], FakeFitters | ProcessFitters]) -> None:
    fitters, refit = make(), Refit(challenger="boosted", upto=7)
    try:
        assert fitters.finished("churn") is None
        fitters.begin("churn", refit, partial(Answer, "abc"))
        assert fitters.is_working("churn")
        assert not fitters.is_working("loans")
        assert waited_for(fitters) == (refit, Answer("abc"))
        assert fitters.finished("churn") is None
        assert not fitters.is_working("churn")
        assert fitters.run(partial(Answer, "def")).sha256 == "def"
    finally:
        if isinstance(fitters, ProcessFitters):
            fitters.close()


def test_a_fit_that_fails_is_forgotten() -> None:
    fitters = ProcessFitters()
    try:
        fitters.begin("churn", Refit(challenger="boosted", upto=7), fail)
        assert waited_for(fitters) is None
        assert not fitters.is_working("churn")
    finally:
        fitters.close()
