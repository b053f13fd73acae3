"""What was erased is learned no more: the learner begins anew, as if the event had never come."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from services.retrainer.domain.leaving_out import LeftOut, Whom
from services.retrainer.domain.ledger import Kind
from services.retrainer.use_cases.erasing import EraseSubjects
from shared.events import CloudEvent, EventType, SubjectsErased, announce
from tests.builders import NOON
from tests.fakes.retrainer_bench import Bench
from tests.fakes.retrainer_corrections import churn_corrections, churn_project

EXAMPLES = 48
GONE = "event-7"


def an_erasure(*event_ids: str, unlearn: bool = True) -> CloudEvent:
    return announce(
        EventType.SUBJECTS_ERASED,
        SubjectsErased(event_ids=list(event_ids), actor="kim", reason="asked", unlearn=unlearn),
        project="churn",
        identity="99",
        source="review",
        time=NOON,
    )


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    with Bench(tmp_path) as bench:
        bench.start(checkpoint_every=20)
        bench.configure(churn_project())
        bench.teach(churn_corrections(EXAMPLES))
        yield bench


def erase(bench: Bench, *event_ids: str, unlearn: bool = True) -> int:
    """How often the files were scrubbed."""
    scrubbed: list[None] = []
    told = an_erasure(*event_ids, unlearn=unlearn)
    EraseSubjects(bench.store, bench.bell, lambda: scrubbed.append(None))([told])
    return len(scrubbed)


def bodies(bench: Bench) -> dict[str, str]:
    with bench.store.read() as transaction:
        return {entry.identity: entry.body for entry in transaction.ledger.after("churn", 0, 999)}


def test_the_next_version_is_one_that_never_learned_it(bench: Bench) -> None:
    before = bench.newest()
    assert before is not None
    without = bench.rebuild(before.number, LeftOut(Whom.SUBJECT, GONE)).rebuilt

    assert erase(bench, GONE, "never heard of") == 1
    bench.work()

    after = bench.newest()
    assert after is not None
    assert (after.number, after.sha256) == (before.number + 1, without)
    assert bench.publisher.versions()[-1].reason == "learned anew, without what was erased"
    assert bench.rebuild(after.number).is_same
    assert not bench.rebuild(before.number).is_same
    bench.start()
    bench.work()
    assert bench.newest() == after


def test_nothing_of_it_is_kept(bench: Bench) -> None:
    assert bench.saved()
    files = {path.name for path in (bench.checkpoints / "churn").iterdir()}
    told = bodies(bench)[f"churn/{GONE}/1"]
    assert '"features":{"' in told

    erase(bench, GONE)
    assert bench.saved() == []
    bench.work()
    assert files.isdisjoint(path.name for path in (bench.checkpoints / "churn").iterdir())
    assert '"features": {}' in bodies(bench)[f"churn/{GONE}/1"]


def test_told_of_again_nothing_is_done(bench: Bench) -> None:
    assert [erase(bench, GONE), erase(bench, GONE)] == [1, 0]
    bench.work()
    newest = bench.newest()
    erase(bench, GONE)
    bench.work()
    assert bench.newest() == newest
    with bench.store.read() as transaction:
        kinds = [entry.kind for entry in transaction.ledger.after("churn", 0, 999)]
    assert kinds.count(Kind.ERASURE) == 1


def test_what_is_erased_after_its_time_stays_learned(bench: Bench) -> None:
    newest, saved = bench.newest(), bench.saved()
    assert erase(bench, GONE, unlearn=False) == 1
    bench.work()
    assert (bench.newest(), bench.saved()) == (newest, saved)
    assert '"features": {}' in bodies(bench)[f"churn/{GONE}/1"]


def test_an_event_of_which_nothing_was_learned_changes_nothing(bench: Bench) -> None:
    newest = bench.newest()
    assert erase(bench, "event-700", "event-") == 0
    bench.work()
    assert bench.newest() == newest


def test_what_comes_again_stays_erased(bench: Bench) -> None:
    erase(bench, GONE)
    again = churn_corrections(7)
    assert bench.record(again) == [None] * 7
    assert '"features": {}' in bodies(bench)[f"churn/{GONE}/1"]
