"""A version is learned again, with everybody or without somebody."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from handraise.settings import child_environment
from services.retrainer.domain.leaving_out import LeftOut, Whom
from shared.events import CloudEvent, CorrectionMade, Vote
from tests.builders import NOON
from tests.fakes.retrainer_bench import Bench
from tests.fakes.retrainer_corrections import a_correction, churn_corrections, churn_project

ADA, BOB = LeftOut(Whom.REVIEWER, "ada"), LeftOut(Whom.REVIEWER, "bob")
EXAMPLES = 48


def correction(*votes: tuple[str, str]) -> CorrectionMade:
    payload = a_correction(7, label="leave").data
    assert isinstance(payload, CorrectionMade)
    given = [Vote(reviewer=reviewer, label=label, at=NOON) for reviewer, label in votes]
    return payload.model_copy(update={"votes": given})


def by(event: CloudEvent, reviewer: str) -> CloudEvent:
    assert isinstance(event.data, CorrectionMade)
    votes = [Vote(reviewer=reviewer, label=event.data.label, at=NOON)]
    return event.model_copy(update={"data": event.data.model_copy(update={"votes": votes})})


def hash_of(directory: Path, events: list[CloudEvent]) -> str:
    with Bench(directory) as bench:
        bench.configure(churn_project())
        bench.teach(events)
        newest = bench.newest()
        assert newest is not None
        return newest.sha256


def test_an_only_answer_is_left_out_with_its_reviewer() -> None:
    assert ADA.remains_of(correction(("ada", "leave"))) is None
    untouched = correction(("bob", "leave"))
    assert ADA.remains_of(untouched) is untouched


def test_the_other_answers_stand() -> None:
    left = ADA.remains_of(correction(("ada", "leave"), ("bob", "stay"), ("eve", "stay")))
    assert left is not None
    assert (left.label, left.label_probabilities) == ("stay", {"stay": 1.0})
    torn = ADA.remains_of(correction(("ada", "leave"), ("bob", "stay"), ("eve", "leave")))
    assert torn is not None
    assert torn.label_probabilities == {"stay": 0.5, "leave": 0.5}


def test_a_subject_is_left_out_whole() -> None:
    gone = LeftOut(Whom.SUBJECT, "event-7")
    assert gone.remains_of(correction(("ada", "leave"), ("bob", "leave"))) is None
    other = LeftOut(Whom.SUBJECT, "event-8")
    assert other.remains_of(correction(("ada", "leave"))) is not None


@pytest.mark.parametrize(
    ("without", "is_gone"),
    [
        (BOB, lambda number: number % 5 == 0),
        (LeftOut(Whom.SUBJECT, "event-3"), lambda number: number == 2),
    ],
    ids=["reviewer", "subject"],
)
def test_without_somebody_it_is_what_it_would_have_been(
    tmp_path: Path, without: LeftOut, is_gone: Callable[[int], bool]
) -> None:
    events = [
        by(event, "bob" if number % 5 == 0 else "ada")
        for number, event in enumerate(churn_corrections(EXAMPLES))
    ]
    never = hash_of(tmp_path / "never", [e for i, e in enumerate(events) if not is_gone(i)])
    with Bench(tmp_path / "all") as bench:
        bench.configure(churn_project())
        bench.teach(events)
        newest = bench.newest()
        assert newest is not None
        rebuilt = bench.rebuild(newest.number, without)

    assert rebuilt.rebuilt == never != rebuilt.recorded
    assert rebuilt.changed == sum(map(is_gone, range(EXAMPLES)))


@pytest.mark.parametrize(
    ("words", "said", "code"),
    [
        (["1"], "", 0),
        (["1", "--without", "reviewer", "ada"], f"without  {EXAMPLES} corrections", 0),
        (["1", "--without", "reviewer", "nobody"], "without  0 corrections", 0),
        (["9"], "no version 9", 1),
        (["1", "--without", "somebody", "ada"], "usage", 1),
    ],
)
def test_the_command_rebuilds_beside_a_retrainer(
    tmp_path: Path, words: list[str], said: str, code: int
) -> None:
    with Bench(tmp_path) as bench:
        bench.configure(churn_project())
        bench.record(churn_corrections(EXAMPLES))
        bench.work()
        newest = bench.newest()
        assert newest is not None
        done = subprocess.run(
            [sys.executable, "-m", "handraise", "model", "rebuild", "churn", *words],
            env=child_environment({"HANDRAISE_DATA_DIR": str(tmp_path)}),
            capture_output=True,
            text=True,
            check=False,
        )
    assert (done.returncode, said in done.stdout + done.stderr) == (code, True)
    assert (f"recorded {newest.sha256}" in done.stdout) == (code == 0)
    assert (f"rebuilt  {newest.sha256}" in done.stdout) == (
        words in (["1"], [*words[:3], "nobody"])
    )
