"""What a version would be without somebody is offered, and a person decides."""

import subprocess
import sys
from pathlib import Path

import pytest

from handraise.settings import child_environment
from services.retrainer.domain.leaving_out import LeftOut, Whom
from services.retrainer.errors import NotOffered
from shared.events import CandidateRequested, CloudEvent, EventType, announce
from shared.project import Promotion
from tests.builders import NOON
from tests.fakes.retrainer_bench import Bench
from tests.fakes.retrainer_corrections import churn_corrections, churn_project
from tests.fakes.retrainer_decisions import a_decision, in_force, steps

SUBJECT = LeftOut(Whom.SUBJECT, "event-3")
MANUAL = churn_project().model_copy(update={"promotion": Promotion.MANUAL})
EXAMPLES, LATER = 48, 30


def an_approved_version(bench: Bench) -> None:
    bench.configure(MANUAL)
    bench.teach(churn_corrections(EXAMPLES), at_once=EXAMPLES)
    bench.decide([a_decision(1, "promote")])


def test_it_waits_for_a_person_beside_the_version_in_force(tmp_path: Path) -> None:
    with Bench(tmp_path) as bench:
        an_approved_version(bench)
        assert bench.offer(1, SUBJECT) == 2
        bench.teach(churn_corrections(LATER, start=EXAMPLES), at_once=LATER)
        bench.work()

        assert in_force(bench) == 1
        offered = bench.publisher.versions(EventType.MODEL_CANDIDATE)
        assert offered[1].reason == "version 1 without subject event-3: 1 correction left out"
        assert (offered[1].version, offered[1].parent) == (2, 1)
        assert offered[1].sha256 == bench.rebuild(1, SUBJECT).rebuilt != offered[0].sha256
        assert offered[1].metrics["corrections"] == EXAMPLES
        assert offered[-1].comparison[0].group == "all answers"
        told = offered[1].metrics
        assert told["loss_steady_low"] < told["loss_steady"] < told["loss_steady_high"]
        voices = {name.removeprefix("trust_") for name in told if name.startswith("trust_")}
        assert all(f"loss_{name}" in told for name in voices - {"pool", "mean"})

        bench.decide([a_decision(2, "promote")])
        assert in_force(bench) == 2
        assert steps(bench)[-1] == (2, "promoted")


def test_where_nobody_approves_it_is_not_offered(tmp_path: Path) -> None:
    with Bench(tmp_path) as bench:
        bench.configure(churn_project())
        bench.teach(churn_corrections(EXAMPLES), at_once=EXAMPLES)
        with pytest.raises(NotOffered, match="promotion: manual"):
            bench.offer(1, SUBJECT)


def test_before_one_is_approved_there_is_nothing_to_try_it_beside(tmp_path: Path) -> None:
    with Bench(tmp_path) as bench:
        bench.configure(MANUAL)
        bench.teach(churn_corrections(EXAMPLES), at_once=EXAMPLES)
        with pytest.raises(NotOffered, match="approve one first"):
            bench.offer(1, SUBJECT)


def test_what_changes_nothing_or_goes_back_is_not_offered(tmp_path: Path) -> None:
    with Bench(tmp_path) as bench:
        an_approved_version(bench)
        with pytest.raises(NotOffered, match="nothing in version 1 is from 'nobody'"):
            bench.offer(1, LeftOut(Whom.REVIEWER, "nobody"))
        bench.teach(churn_corrections(250, start=EXAMPLES), at_once=250)
        bench.decide([a_decision(2, "promote")])
        with pytest.raises(NotOffered, match="rebuild version 2 instead"):
            bench.offer(1, SUBJECT)


def a_request(name: str = "event-3", version: int = 1) -> CloudEvent:
    payload = CandidateRequested(
        version=version, whom="subject", name=name, actor="kim", reason="she asked for it"
    )
    return announce(
        EventType.CANDIDATE_REQUESTED,
        payload,
        project="churn",
        identity=f"{version}/{name}",
        source="review",
        time=NOON,
    )


def test_of_a_few_answers_too_little_is_left(tmp_path: Path) -> None:
    with Bench(tmp_path) as bench:
        bench.configure(MANUAL)
        bench.teach(churn_corrections(32), at_once=32)
        bench.decide([a_decision(1, "promote")])
        with pytest.raises(NotOffered, match="choose a newer version"):
            bench.offer(1, SUBJECT)


def test_what_is_asked_for_is_offered_once(tmp_path: Path) -> None:
    with Bench(tmp_path) as bench:
        an_approved_version(bench)
        # given a request that is heard again at each start
        for _ in range(2):
            bench.request(a_request())
        bench.work()
        assert steps(bench)[-1] == (2, "candidate")
        (offered,) = bench.publisher.versions(EventType.MODEL_CANDIDATE)[1:]
        assert offered.sha256 == bench.rebuild(1, SUBJECT).rebuilt


def test_who_asked_in_vain_is_told_why(tmp_path: Path) -> None:
    with Bench(tmp_path) as bench:
        an_approved_version(bench)
        for _ in range(2):
            bench.request(a_request("event-unknown"))
        bench.request(a_request(version=7))
        bench.work()
        (refused,) = bench.publisher.versions(EventType.MODEL_REJECTED)
        assert refused.version == 2
        assert refused.reason == (
            "version 1 without subject event-unknown: nothing in version 1 is from 'event-unknown'"
        )
        assert in_force(bench) == 1


@pytest.mark.parametrize(
    ("words", "said", "code"),
    [
        (["--without", "subject", "event-3", "--offer"], "offered  version 2", 0),
        (["--without", "subject", "event-unknown", "--offer"], "nothing in version 1", 1),
        (["--offer"], "--without WHOM NAME", 2),
    ],
)
def test_the_command_offers_it(tmp_path: Path, words: list[str], said: str, code: int) -> None:
    with Bench(tmp_path) as bench:
        an_approved_version(bench)
        done = subprocess.run(
            [sys.executable, "-m", "handraise", "model", "rebuild", "churn", "1", *words],
            env=child_environment({"HANDRAISE_DATA_DIR": str(tmp_path), "COLUMNS": "200"}),
            capture_output=True,
            text=True,
            check=False,
        )
    assert (done.returncode, said in done.stdout + done.stderr) == (code, True), done
