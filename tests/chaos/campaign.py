"""Traffic, kills, quiet, judgement."""

import os
import random
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from redis.exceptions import RedisError

from tests.chaos import mutants
from tests.chaos.evidence import Evidence, backlog, gather, taken_over, waiting
from tests.chaos.invariants import Verdict, judge
from tests.chaos.reviewers import Reviewers
from tests.chaos.senders import PROJECT, Senders
from tests.chaos.stage import NAMES, REDIS, Stage
from tests.chaos.witness import Witness
from tests.processes import until

WEIGHTS = {REDIS: 0.18, "scorer": 0.24, "review": 0.34, "retrainer": 0.24}
LEVEL_SECONDS = 10.0
PATIENCE_SECONDS = 40.0
REVIEWERS = 4
_MANY = 4 * len(NAMES)


@dataclass(frozen=True)
class Plan:
    """What is to be done.

    Attributes:
        kills: how many in all.
        seed: of the schedule and of the traffic.
        rate: kills a second, on average.
        events: events a second, on average.
        seconds_limit: when to stop killing in any case.
        only: the one that is killed; None: all of them.
    """

    kills: int
    seed: int
    mutant: str | None = None
    seconds_limit: float = 600.0
    rate: float = 4.0
    events: float = 60.0
    only: str | None = None

    @property
    def victims(self) -> Mapping[str, float]:
        """How likely each is the next."""
        return WEIGHTS if self.only is None else {self.only: 1.0}

    @property
    def must_hit(self) -> bool:
        """Whether so many kills have to leave something behind that others take over."""
        return self.only is None and self.kills >= _MANY


@dataclass
class Outcome:
    """What happened.

    Attributes:
        level_seconds: from the end of the kills until nothing was left to do for machines.
        cleared_seconds: until people had decided all that waited.
    """

    plan: Plan
    told: Witness = field(default_factory=Witness)
    found: Evidence = field(default_factory=Evidence)
    killed: Counter[str] = field(default_factory=Counter)
    deaths: list[tuple[str, int]] = field(default_factory=list)
    killing_seconds: float = 0.0
    level_seconds: float | None = None
    cleared_seconds: float | None = None
    verdicts: list[Verdict] = field(default_factory=list)

    @property
    def broken(self) -> list[Verdict]:
        return [verdict for verdict in self.verdicts if not verdict.holds]


def run(plan: Plan, directory: Path) -> Outcome:
    """The whole campaign in an empty directory."""
    plant = partial(mutants.plant, plan.mutant) if plan.mutant else None
    stage, outcome = Stage(directory, plant), Outcome(plan)
    threading.excepthook = lambda failed: outcome.told.wonders(f"harness: {failed.exc_value!r}")
    try:
        stage.start_all()
        until(stage.is_ready)
        with stage.api() as api:
            project = PROJECT.model_dump(mode="json")
            api.put(f"/v1/projects/{PROJECT.name}", json=project).raise_for_status()
        _storm(stage, outcome)
        outcome.found = gather(stage)
        outcome.verdicts = judge(outcome.told, outcome.found)
        outcome.verdicts += _about_run(outcome)
        outcome.verdicts += _about_end(stage)
        outcome.deaths = stage.deaths
    finally:
        stage.close()
    return outcome


def _storm(stage: Stage, outcome: Outcome) -> None:
    plan = outcome.plan
    senders = Senders(stage, outcome.told, plan.seed, plan.events)
    reviewers = Reviewers(stage, outcome.told, plan.seed, REVIEWERS)
    senders.start()
    reviewers.start()
    started = time.monotonic()
    try:
        _kill(stage, outcome)
        ended = time.monotonic()
        outcome.killing_seconds = ended - started
        senders.stop()
        reviewers.pause()
        outcome.level_seconds = _quiet(stage, ended, people=False)
        reviewers.resume()
        if outcome.level_seconds is not None:
            outcome.cleared_seconds = _quiet(stage, ended, people=True)
    finally:
        senders.stop()
        reviewers.stop()


def _kill(stage: Stage, outcome: Outcome) -> None:
    plan = outcome.plan
    draw = random.Random(plan.seed)  # noqa: S311 - a schedule
    due = started = time.monotonic()
    while (done := outcome.killed.total()) < plan.kills or _go_on(stage, plan, done):
        due += draw.expovariate(plan.rate)
        victim = draw.choices(list(plan.victims), list(plan.victims.values()))[0]
        while time.monotonic() < due:
            stage.revive()
            time.sleep(min(0.02, max(0.0, due - time.monotonic())))
        if time.monotonic() - started > plan.seconds_limit:
            return
        stage.kill(victim)
        outcome.killed[victim] += 1


def _go_on(stage: Stage, plan: Plan, done: int) -> bool:
    """On a busy machine all kills may fall between batches: then as many again, until one hits."""
    return plan.must_hit and done < 2 * plan.kills and not taken_over(stage.directory)


def _quiet(stage: Stage, since: float, *, people: bool) -> float | None:
    """Seconds until nothing is left to do; None if that takes too long."""
    while True:
        stage.revive()
        try:
            settled = not (people and waiting(stage))  # before the backlog, to which it adds
            if settled and stage.is_ready() and not backlog(stage):
                return time.monotonic() - since
        except (RedisError, OSError):
            pass
        if time.monotonic() - since > PATIENCE_SECONDS:
            return None
        time.sleep(0.05)


def _about_run(outcome: Outcome) -> list[Verdict]:
    late = [] if (outcome.level_seconds or 1e9) <= LEVEL_SECONDS else [f"{outcome.level_seconds}"]
    never = [] if outcome.cleared_seconds is not None else ["people never came to an end"]
    missed = [
        f"{name} was never killed" for name in outcome.plan.victims if not outcome.killed[name]
    ]
    if outcome.plan.kills < _MANY:
        missed = []
    elif outcome.plan.must_hit and not outcome.found.reclaimed:
        missed.append("nothing was ever taken over")
    return [
        Verdict(f"level again within {LEVEL_SECONDS:g} s", late),
        Verdict("the queue is cleared", never),
        Verdict("the kills hit something", missed),
    ]


def _about_end(stage: Stage) -> list[Verdict]:
    codes = stage.stop()
    undrained = [f"{name}: {code}" for name, code in codes.items() if code != 0]
    return [
        Verdict("SIGTERM drains and exits with 0 within 10 s", undrained),
        Verdict("the newest model can be learned again, bit by bit", rebuilt(stage)),
    ]


def rebuilt(stage: Stage) -> list[str]:
    """What is wrong with the newest model when it is learned again from the ledger."""
    newest = [row["version"] for row in gather(stage).versions if row["promoted"]]
    if not newest:
        return ["there is no model"]
    command = [sys.executable, "-m", "services.retrainer", "rebuild", PROJECT.name]
    done = subprocess.run(
        [*command, str(newest[-1])],
        env={**os.environ, **stage.environment},
        capture_output=True,
        text=True,
        check=False,
    )
    return [] if done.returncode == 0 else [f"{done.stdout} {done.stderr[-500:]}"]
