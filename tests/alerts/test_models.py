"""What goes wrong with models and those who learn them."""

import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random
from typing import Any

from services.retrainer.adapters.learners import Snapshot
from shared.events import EventType, ModelChanged, announce
from tests.alerts.prometheus import Ring
from tests.alerts.promtool import RECORDS
from tests.alerts.watched import Watched, watched
from tests.builders import NOON, a_prediction_event

RINGS = {
    Ring("CandidateWaits", "careful"),
    Ring("CandidateHeldBack", "careful"),
    Ring("Drift", "turned"),
    Ring("LaneAlarm", "turned"),
    Ring("ModelGetsWorse", "turned"),
    Ring("ModelsRefused", "turned"),
    Ring("LearningStands", "starved"),
    Ring("LearningSlow", "starved"),
    Ring("LearningStands", "unwritten"),
    Ring("VersionsRejected", "unwritten"),
}
BESIDE = {
    *(Ring("VersionsRejected", project) for project in ("turned", "starved")),
    *(Ring("ModelsRefused", project) for project in ("starved", "unwritten")),
    *(Ring("DeadLettersWaiting", project) for project in ("turned", "starved", "unwritten")),
    Ring("CandidateWaits", "turned"),
}
"""Who learns that what was right is wrong has unlearned much at once, and what is fitted to it may
be neither better nor worse. A model that is refused is a dead letter too, and so is what is
announced while the artifacts are away."""
MOST_ROUNDS = 20
"""When drift is noticed is a matter of luck: half of the time within 200 answers. What answers say
of a lane is read when the next events come."""
PEOPLE_DECIDE = {"error_rate": 1, "auto_margin": 1, "audit_probability": 1}


def test_what_goes_wrong_with_models_rings(tmp_path: Path) -> None:
    with watched(tmp_path) as at:
        at.expected |= BESIDE | {Ring("CandidateWaits", "careful")}
        a_worse_candidate_waits(at)
        the_world_turns(at)
        a_model_is_damaged(at)
        the_learner_starves(at)
        the_artifacts_cannot_be_written(at)
        memory_fails(at)
        at.rings(*RINGS)
        assert {name for name in RECORDS if not has_value(at, name)} == set()


def a_worse_candidate_waits(at: Watched) -> None:
    """One learned from careless answers, beside one that a person has approved."""
    at.apply("careful", promotion="manual", policy=PEOPLE_DECIDE)
    work(at, "careful", 60, "leave")
    approved = candidate(at, "careful", 0)
    body = {"reason": "looks good"}
    at.api.post(f"/v1/models/careful/{approved}/promote", json=body).raise_for_status()
    at.wait(lambda: "champion" in {version["state"] for version in versions(at, "careful")})
    work(at, "careful", 20, "stay")
    first = candidate(at, "careful", approved)
    learned = int(versions(at, "careful")[0]["metrics"]["corrections"])
    work(at, "careful", 200 - (80 - learned), "stay")
    candidate(at, "careful", first)
    work(at, "careful", 60, "leave")
    at.rings(Ring("CandidateHeldBack", "careful"))


def the_world_turns(at: Watched) -> None:
    """From one day to the next half of what was right is wrong, and nobody can tell which."""
    policy = {"error_rate": 0.05, "audit_probability": 1, "confirm_wrong": False}
    at.apply("turned", policy=policy)
    work(at, "turned", 260, "leave")
    # labels that take turns could be learned
    by_chance = Random(1).choices(("stay", "leave"), k=40)  # noqa: S311
    work(at, "turned", 160, *by_chance)
    rings = {Ring(alert, "turned") for alert in ("Drift", "LaneAlarm", "ModelGetsWorse")}
    for _ in range(MOST_ROUNDS):
        if rings <= at.prometheus.rang():
            break
        work(at, "turned", 40, *by_chance)
    at.rings(*rings)


def a_model_is_damaged(at: Watched) -> None:
    older = next(each for each in versions(at, "turned") if each["state"] == "retired")
    told = at.api.get(f"/v1/models/turned/{older['version']}").raise_for_status().json()
    [arrays] = Path(at.stage.directory, "artifacts", told["uri"]).glob("*.n*")
    content = bytearray(arrays.read_bytes())
    content[len(content) // 2] ^= 1
    arrays.write_bytes(content)
    tell(at, "turned", told)
    at.rings(Ring("ModelsRefused", "turned"))


def the_learner_starves(at: Watched) -> None:
    """It gets a tenth of the time that it needs."""
    at.apply("starved", policy=PEOPLE_DECIDE)
    with starving(at, "retrainer"):
        work(at, "starved", 250, "leave")
        at.rings(Ring("LearningStands", "starved"), Ring("LearningSlow", "starved"))


def the_artifacts_cannot_be_written(at: Watched) -> None:
    at.apply("unwritten", policy=PEOPLE_DECIDE)
    artifacts = at.stage.directory / "artifacts"
    artifacts.rename(at.stage.directory / "elsewhere")
    artifacts.touch()
    work(at, "unwritten", 50, "leave")
    at.rings(Ring("LearningStands", "unwritten"))
    artifacts.unlink()
    (at.stage.directory / "elsewhere").rename(artifacts)


def memory_fails(at: Watched) -> None:
    """What the learner holds is no number any more."""
    at.stage.kill("retrainer", plant=no_number)
    work(at, "unwritten", 50, "leave")
    at.rings(Ring("VersionsRejected", "unwritten"))


def work(at: Watched, project: str, count: int, *labels: str) -> None:
    """Events come on which the model says `leave`, and people say these in turn."""
    at.say("predictions", *(a_prediction_event(project=project, leave=0.9) for _ in range(count)))
    at.answer(project, count, *labels)


def has_value(at: Watched, recorded: str) -> bool:
    """Whether a recorded series ever had one."""
    return bool(at.prometheus.ask(f"max_over_time({recorded}[1h]) >= 0"))


def candidate(at: Watched, project: str, after: int) -> int:
    """The number of the newest candidate, once there is one after another."""

    def newest() -> int:
        waiting = [v["version"] for v in versions(at, project) if v["state"] == "candidate"]
        return max(waiting, default=0)

    at.wait(lambda: newest() > after)
    return newest()


def versions(at: Watched, project: str) -> list[dict[str, Any]]:
    """Newest first."""
    found: list[dict[str, Any]] = at.api.get(f"/v1/models/{project}").json()["versions"]
    return found


def tell(at: Watched, project: str, version: dict[str, Any]) -> None:
    """Announce a version that was there before."""
    known = {name: version[name] for name in version.keys() & ModelChanged.model_fields}
    event = announce(
        EventType.MODEL_ROLLED_BACK,
        ModelChanged.model_validate(known),
        project=project,
        identity=str(version["version"]),
        source="test",
        time=NOON,
    )
    at.say("models", event)


@contextmanager
def starving(at: Watched, service: str) -> Iterator[None]:
    """It runs for a tenth of the time, as on a machine that is much too busy."""
    process, over = at.stage.running[service], threading.Event()
    assert process.pid is not None

    def starve(pid: int) -> None:
        while not over.wait(0.03):
            os.kill(pid, signal.SIGSTOP)
            over.wait(0.27)
            os.kill(pid, signal.SIGCONT)

    starved = threading.Thread(target=starve, args=(process.pid,))
    starved.start()
    try:
        yield
    finally:
        over.set()
        starved.join()


def no_number() -> None:
    """In this process no model is finite."""
    Snapshot.is_finite = property(lambda _: False)  # type: ignore[method-assign,assignment]
